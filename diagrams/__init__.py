"""What a person looks at: pictures as plain data, and their renderers."""
