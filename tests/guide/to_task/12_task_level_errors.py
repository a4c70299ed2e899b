# Example: 100 tasks to process
# - 95 succeed
# - 5 fail (e.g., invalid JSON, network errors)
# Result: Job completes with success=95, failed=5
