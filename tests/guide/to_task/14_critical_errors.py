# Critical error examples:
# - Project not found
# - No data collection linked
# - Target specification doesn't exist
# - Pre-processor not deployed

# On critical error:
# 1. Workflow stops immediately
# 2. Completed steps are rolled back
# 3. Temporary files are cleaned up
# 4. Error is raised with detailed message
