"""``to_task`` by the unmodified client: tasks annotated on the fake, held against a naive oracle."""
