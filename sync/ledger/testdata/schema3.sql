-- A ledger of schema 3: what pg_dump --inserts wrote of the one that the version before schema 4 made.
CREATE TABLE usersync_deleted (
    scope bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    remote text NOT NULL,
    run bigint NOT NULL,
    record bigint NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE usersync_entry (
    num bigint NOT NULL,
    scope bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    feed bigint NOT NULL,
    standing bigint NOT NULL,
    remote text NOT NULL,
    run bigint NOT NULL,
    record bigint NOT NULL,
    prints bytea NOT NULL,
    folded text COLLATE pg_catalog."C"
);
CREATE TABLE usersync_feed (
    num bigint NOT NULL,
    name text NOT NULL
);
ALTER TABLE usersync_feed ALTER COLUMN num ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME usersync_feed_num_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE usersync_field (
    num bigint NOT NULL,
    name text NOT NULL
);
ALTER TABLE usersync_field ALTER COLUMN num ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME usersync_field_num_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE usersync_mark (
    scope bigint NOT NULL,
    run bigint NOT NULL,
    record bigint NOT NULL,
    bytes bigint NOT NULL,
    sha256 bytea NOT NULL,
    sizes text NOT NULL,
    at bigint NOT NULL
);
CREATE TABLE usersync_meta (
    name text NOT NULL,
    value text NOT NULL
);
CREATE TABLE usersync_recurring (
    scope bigint NOT NULL,
    feed bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    hash bigint NOT NULL,
    status text NOT NULL,
    code text NOT NULL,
    runs bigint NOT NULL,
    run bigint NOT NULL,
    counted bigint NOT NULL,
    first bigint NOT NULL,
    last bigint NOT NULL,
    sent bigint NOT NULL
);
CREATE TABLE usersync_run (
    num bigint NOT NULL,
    name text NOT NULL,
    scope bigint DEFAULT 0 NOT NULL,
    feed bigint DEFAULT 0 NOT NULL,
    host text DEFAULT ''::text NOT NULL,
    dir text DEFAULT ''::text NOT NULL,
    state text DEFAULT ''::text NOT NULL,
    ended_by text DEFAULT ''::text NOT NULL,
    replay bigint DEFAULT 0 NOT NULL,
    settings text DEFAULT ''::text NOT NULL,
    started bigint DEFAULT 0 NOT NULL,
    first bigint DEFAULT 0 NOT NULL
);
ALTER TABLE usersync_run ALTER COLUMN num ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME usersync_run_num_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE usersync_scope (
    num bigint NOT NULL,
    name text NOT NULL,
    generation bigint DEFAULT 0 NOT NULL,
    next bigint DEFAULT 1 NOT NULL,
    epoch bigint DEFAULT 0 NOT NULL,
    holder text DEFAULT ''::text NOT NULL,
    expires bigint DEFAULT 0 NOT NULL,
    destination text DEFAULT ''::text NOT NULL,
    base text DEFAULT ''::text NOT NULL,
    account text DEFAULT ''::text NOT NULL,
    grace bigint DEFAULT 0 NOT NULL,
    distrusted bigint DEFAULT 0 NOT NULL
);
ALTER TABLE usersync_scope ALTER COLUMN num ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME usersync_scope_num_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
INSERT INTO usersync_deleted VALUES (1, 'gone', 'r-2', 1, 3, 1795760242694);
INSERT INTO usersync_entry VALUES (1099511627777, 1, 'cust-1', 1, 1, '', 1, 1, '\x0100018e8224f56ec47761', NULL);
INSERT INTO usersync_entry VALUES (1099511627778, 1, 'Straße-9', 1, 1, 'r-1', 1, 2, '\x010001f0c2a206a61bce17', 'strasse-9');
INSERT INTO usersync_feed OVERRIDING SYSTEM VALUE VALUES (1, 'default');
INSERT INTO usersync_field OVERRIDING SYSTEM VALUE VALUES (1, 'email');
INSERT INTO usersync_mark VALUES (1, 1, 3, 100, '\x0000000000000000000000000000000000000000000000000000000000000000', '{"results":10}', 1767225600000);
INSERT INTO usersync_mark VALUES (1, 2, 0, 0, '\x0000000000000000000000000000000000000000000000000000000000000000', 'null', 1790000000000);
INSERT INTO usersync_mark VALUES (1, 3, 0, 0, '\x0000000000000000000000000000000000000000000000000000000000000000', 'null', 1790000000000);
INSERT INTO usersync_meta VALUES ('fold', '1');
INSERT INTO usersync_meta VALUES ('key_check', '2decf22a7e89998ebba3f24b0d0d219a');
INSERT INTO usersync_meta VALUES ('rules|kard|https://api.example.com|org|default', '{"run":"20260101T000000Z-aaaaaa","config_sha256":"c","mapping_sha256":"m"}');
INSERT INTO usersync_meta VALUES ('schema', '3');
INSERT INTO usersync_recurring VALUES (1, 1, 'a', 0, 'refused', 'bad', 2, 3, 3, 1790000000000, 1790000000000, 1790000000000);
INSERT INTO usersync_run OVERRIDING SYSTEM VALUE VALUES (1, '20260101T000000Z-aaaaaa', 1, 1, 'h', '/d', 'finished', '', 1, 's', 1767225600000, 1);
INSERT INTO usersync_run OVERRIDING SYSTEM VALUE VALUES (2, '20260110T000000Z-cccccc', 1, 1, '', '', 'finished', '', 0, '', -62135596800000, 3);
INSERT INTO usersync_run OVERRIDING SYSTEM VALUE VALUES (3, '20260111T000000Z-dddddd', 1, 1, '', '', 'finished', '', 0, '', -62135596800000, 3);
INSERT INTO usersync_scope OVERRIDING SYSTEM VALUE VALUES (1, 'kard|https://api.example.com|org', 9, 3, 2, '', 0, 'kard', 'https://api.example.com', 'org', 0, 0);
SELECT pg_catalog.setval('usersync_feed_num_seq', 2, true);
SELECT pg_catalog.setval('usersync_field_num_seq', 1, true);
SELECT pg_catalog.setval('usersync_run_num_seq', 3, true);
SELECT pg_catalog.setval('usersync_scope_num_seq', 2, true);
ALTER TABLE ONLY usersync_deleted
    ADD CONSTRAINT usersync_deleted_pkey PRIMARY KEY (scope, id);
ALTER TABLE ONLY usersync_entry
    ADD CONSTRAINT usersync_entry_pkey PRIMARY KEY (num);
ALTER TABLE ONLY usersync_entry
    ADD CONSTRAINT usersync_entry_scope_id_key UNIQUE (scope, id);
ALTER TABLE ONLY usersync_feed
    ADD CONSTRAINT usersync_feed_name_key UNIQUE (name);
ALTER TABLE ONLY usersync_feed
    ADD CONSTRAINT usersync_feed_pkey PRIMARY KEY (num);
ALTER TABLE ONLY usersync_field
    ADD CONSTRAINT usersync_field_name_key UNIQUE (name);
ALTER TABLE ONLY usersync_field
    ADD CONSTRAINT usersync_field_pkey PRIMARY KEY (num);
ALTER TABLE ONLY usersync_mark
    ADD CONSTRAINT usersync_mark_pkey PRIMARY KEY (scope, run);
ALTER TABLE ONLY usersync_meta
    ADD CONSTRAINT usersync_meta_pkey PRIMARY KEY (name);
ALTER TABLE ONLY usersync_recurring
    ADD CONSTRAINT usersync_recurring_pkey PRIMARY KEY (scope, feed, id, hash);
ALTER TABLE ONLY usersync_run
    ADD CONSTRAINT usersync_run_name_key UNIQUE (name);
ALTER TABLE ONLY usersync_run
    ADD CONSTRAINT usersync_run_pkey PRIMARY KEY (num);
ALTER TABLE ONLY usersync_scope
    ADD CONSTRAINT usersync_scope_name_key UNIQUE (name);
ALTER TABLE ONLY usersync_scope
    ADD CONSTRAINT usersync_scope_pkey PRIMARY KEY (num);
CREATE INDEX usersync_entry_folded ON usersync_entry USING btree (scope, folded) WHERE (folded IS NOT NULL);
CREATE INDEX usersync_entry_remote ON usersync_entry USING btree (scope, remote) WHERE (remote <> ''::text);
CREATE INDEX usersync_run_open ON usersync_run USING btree (scope) WHERE (state = ANY (ARRAY['open'::text, 'stopped'::text]));
