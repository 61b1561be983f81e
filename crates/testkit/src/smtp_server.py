# A real SMTP server for tests: accepts, delays or refuses by the beginning of the recipient's address, and keeps what it accepted.
# Ends when its input ends, that is, with the test process.
import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder, port, user, password, starttls = sys.argv[1:6]
deferred = set()
accepted = 0


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("busy") and address not in deferred:
            deferred.add(address)
            return "451 4.3.0 Come back later"
        if address.startswith("unknown"):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        global accepted
        accepted += 1
        name = os.path.join(folder, f"{accepted:05}")
        with open(name + ".part", "wb") as out:
            out.write(f"{envelope.mail_from}\n{' '.join(envelope.rcpt_tos)}\n".encode() + envelope.content)
        os.rename(name + ".part", name + ".eml")
        if any(address.startswith("slow") for address in envelope.rcpt_tos):
            await asyncio.sleep(3)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    # Not "handled": the server is to answer 535 itself.
    return AuthResult(success=(data.login == user.encode() and data.password == password.encode()), handled=False)


async def serve():
    options = {"enable_SMTPUTF8": True}
    if user:
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
    if starttls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(os.path.join(folder, "server.crt"), os.path.join(folder, "server.key"))
        options |= {"tls_context": context, "require_starttls": True}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), **options), "127.0.0.1", int(port))
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(serve())
os._exit(0)
