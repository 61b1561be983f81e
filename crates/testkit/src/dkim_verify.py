# Whether the message on the standard input bears a valid DKIM signature under the public key given as an argument (base64 DER).
import sys

import dkim

record = f"v=DKIM1; k=rsa; p={sys.argv[1]}".encode()
sys.exit(0 if dkim.verify(sys.stdin.buffer.read(), dnsfunc=lambda name, timeout=5: record) else 1)
