-- Only PostgreSQL can be told how to store rows: nothing changes but the number of the schema.
SELECT 1;
