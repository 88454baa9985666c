-- A ledger of schema 1: what pg_dump --inserts wrote of the one that the version before schema 2 made.
CREATE TABLE usersync_entry (
    num bigint NOT NULL,
    scope bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    feed bigint NOT NULL,
    standing bigint NOT NULL,
    remote text NOT NULL,
    run bigint NOT NULL,
    record bigint NOT NULL,
    prints bytea NOT NULL
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
CREATE TABLE usersync_run (
    num bigint NOT NULL,
    name text NOT NULL
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
    expires bigint DEFAULT 0 NOT NULL
);
ALTER TABLE usersync_scope ALTER COLUMN num ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME usersync_scope_num_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
INSERT INTO usersync_entry VALUES (1099511627778, 1, 'Cust-1', 1, 1, '', 1, 2, '\x010001753c7fdb8ee07d04');
INSERT INTO usersync_entry VALUES (1099511627779, 1, 'cust-2', 1, 1, '', 1, 3, '\x010001973f689726b75082');
INSERT INTO usersync_entry VALUES (1099511627780, 1, '00123', 1, 1, '', 1, 4, '\x010001ebb78372618ab66f');
INSERT INTO usersync_entry VALUES (1099511627781, 1, '123', 1, 1, '', 1, 5, '\x0100015b44ab062bae5baf');
INSERT INTO usersync_entry VALUES (1099511627782, 1, 'Straße-9', 1, 1, '', 1, 6, '\x010001f0c2a206a61bce17');
INSERT INTO usersync_entry VALUES (1099511627783, 1, 'STRASSE-9', 1, 1, '', 1, 7, '\x010001e23cfe459bcb9d10');
INSERT INTO usersync_entry VALUES (1099511627784, 1, 'taken', 1, 2, '', 1, 8, '\x0100');
INSERT INTO usersync_entry VALUES (1099511627786, 1, 'cust-3', 2, 1, '', 2, 1, '\x010001f885d19967a792d2');
INSERT INTO usersync_entry VALUES (1099511627777, 1, 'cust-1', 0, 1, '', 1, 1, '\x0100018e8224f56ec47761');
INSERT INTO usersync_entry VALUES (3298534883329, 3, 'p-1', 1, 3, '', 3, 1, '\x0100');
INSERT INTO usersync_entry VALUES (3298534883330, 3, 'a-1', 1, 1, 'r-1', 3, 2, '\x01000159cbb336f3f51ed7');
INSERT INTO usersync_entry VALUES (3298534883331, 3, 'a-2', 1, 1, 'r-1', 3, 3, '\x0100011aa352b335b3b53b');
INSERT INTO usersync_entry VALUES (3298534883332, 3, 'A-3', 1, 1, 'r-3', 3, 4, '\x010001c72cbf7adc691d53');
INSERT INTO usersync_feed OVERRIDING SYSTEM VALUE VALUES (1, 'default');
INSERT INTO usersync_feed OVERRIDING SYSTEM VALUE VALUES (2, 'other');
INSERT INTO usersync_field OVERRIDING SYSTEM VALUE VALUES (1, 'email');
INSERT INTO usersync_mark VALUES (1, 1, 9, 100, '\x0000000000000000000000000000000000000000000000000000000000000000', '{"rejects":0,"results":10}', 1767225600000);
INSERT INTO usersync_mark VALUES (1, 2, 2, 100, '\x0000000000000000000000000000000000000000000000000000000000000000', '{"rejects":0,"results":10}', 1767312000000);
INSERT INTO usersync_mark VALUES (3, 3, 4, 100, '\x0000000000000000000000000000000000000000000000000000000000000000', '{"rejects":0,"results":10}', 1767312000000);
INSERT INTO usersync_meta VALUES ('schema', '1');
INSERT INTO usersync_meta VALUES ('key_check', '2decf22a7e89998ebba3f24b0d0d219a');
INSERT INTO usersync_meta VALUES ('rules|kard|api.example.com|org|default', '{"run":"20260101T000000Z-aaaaaa","config_sha256":"c","mapping_sha256":"m"}');
INSERT INTO usersync_meta VALUES ('unchanged|kard|api.example.com|org|20260102T000000Z-bbbbbb', 'AAgA9/8CAAAAAAAAAAEAAP//');
INSERT INTO usersync_meta VALUES ('rules|kard|api.example.com|org|other', '{"run":"20260102T000000Z-bbbbbb","config_sha256":"c","mapping_sha256":"m"}');
INSERT INTO usersync_meta VALUES ('unchanged|acme|api.example.com:8443|eu|1|20260102T000001Z-cccccc', 'AAgA9/8CAAAAAAAAAAEAAP//');
INSERT INTO usersync_meta VALUES ('rules|acme|api.example.com:8443|eu|1|default', '{"run":"20260102T000001Z-cccccc","config_sha256":"c","mapping_sha256":"m"}');
INSERT INTO usersync_run OVERRIDING SYSTEM VALUE VALUES (1, '20260101T000000Z-aaaaaa');
INSERT INTO usersync_run OVERRIDING SYSTEM VALUE VALUES (2, '20260102T000000Z-bbbbbb');
INSERT INTO usersync_run OVERRIDING SYSTEM VALUE VALUES (3, '20260102T000001Z-cccccc');
INSERT INTO usersync_scope OVERRIDING SYSTEM VALUE VALUES (1, 'kard|api.example.com|org', 7, 11, 2, '', 0);
INSERT INTO usersync_scope OVERRIDING SYSTEM VALUE VALUES (3, 'acme|api.example.com:8443|eu|1', 3, 5, 1, '', 0);
SELECT pg_catalog.setval('usersync_feed_num_seq', 3, true);
SELECT pg_catalog.setval('usersync_field_num_seq', 2, true);
SELECT pg_catalog.setval('usersync_run_num_seq', 3, true);
SELECT pg_catalog.setval('usersync_scope_num_seq', 3, true);
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
ALTER TABLE ONLY usersync_run
    ADD CONSTRAINT usersync_run_name_key UNIQUE (name);
ALTER TABLE ONLY usersync_run
    ADD CONSTRAINT usersync_run_pkey PRIMARY KEY (num);
ALTER TABLE ONLY usersync_scope
    ADD CONSTRAINT usersync_scope_name_key UNIQUE (name);
ALTER TABLE ONLY usersync_scope
    ADD CONSTRAINT usersync_scope_pkey PRIMARY KEY (num);
