-- A ledger in a file has no shards: nothing changes but the number of the schema.
SELECT 1;
