"""What may not do IO or touch globals: time, ids, cursors, filters, jobs, the journal, refusals."""
