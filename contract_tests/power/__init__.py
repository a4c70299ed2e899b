"""Whether the contract tests see what is wrong: each named bug switched on by itself, and the clauses asked."""
