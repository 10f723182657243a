"""What Schemathesis has to be told of bodies that are lines of JSON (NDJSON)."""

import schemathesis

# Sent as it is: whatever the bytes are, each line of them is judged by itself.
schemathesis.serializer.alias("application/x-ndjson", "application/octet-stream")
