-- Journals hold hashes: to compress them takes the server longer than to write them as they are.
ALTER TABLE usersync_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
-- Each run updates its rows twice. With room for that in their pages, no index changes.
ALTER TABLE usersync_recurring SET (fillfactor = 45);
