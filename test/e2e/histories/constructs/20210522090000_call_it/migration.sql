CALL in_batches();
