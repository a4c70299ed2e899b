# Access backend client
assignments = self.client.get_assignments(filters)
