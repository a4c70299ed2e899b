# After execution, check metrics
if result['status'] == 'SUCCEEDED':
    # Check if all tasks succeeded
    # Review failed count
    # Re-run for failed tasks if needed
