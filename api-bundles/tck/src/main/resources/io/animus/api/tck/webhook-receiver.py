"""A receiver of signed webhooks over HTTPS, with its own reading of Standard Webhooks, and all the bad manners there are.

Arguments: port, file for what was received, certificate, key, secret (whsec_..., or - to check no signature). What happens
is in the path: / takes everything, /status/503?after=7 answers so, and so on.
"""
import base64
import hashlib
import hmac
import http.server
import json
import ssl
import sys
import threading
import time
import urllib.parse

port, file, certificate, key, secret = sys.argv[1:]
lock = threading.Lock()


def note(**what):
    with lock, open(file, "a") as out:
        out.write(json.dumps(what, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")


def is_signed(headers, body):
    if secret == "-":
        return True
    if abs(time.time() - int(headers["webhook-timestamp"])) > 300:
        return False
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), content, hashlib.sha256)
    wanted = "v1," + base64.b64encode(mac.digest()).decode()
    return any(hmac.compare_digest(wanted, one) for one in headers["webhook-signature"].split(" "))


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        place = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(place.query))
        length = int(self.headers["content-length"])
        body = self.rfile.read(length)
        if place.path == "/small" and length > int(query["most"]):
            return self.answer(413)
        signed = is_signed(self.headers, body)
        note(path=self.path, signed=signed, connection=self.client_address[1], body=base64.b64encode(body).decode(),
             headers={name.lower(): value for name, value in self.headers.items()})
        if not signed:
            return self.answer(401)
        kind = place.path.split("/")[1]
        if kind == "status":
            self.answer(int(place.path.split("/")[2]), **({"Retry-After": query["after"]} if "after" in query else {}))
        elif kind == "picky":
            self.answer(422 if query["refuses"].encode() in body else 200)
        elif kind == "redirect":
            self.answer(302, Location="http://169.254.169.254/latest/meta-data/")
        elif kind == "endless":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while True:
                self.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
        elif kind == "drip":
            self.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n", b"x")
        elif kind == "dripping-head":
            self.drip(b"HTTP/1.1 200 OK\r\n", b"x")
        elif kind == "endless-head":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                self.wfile.write(b"x: " + b"x" * 4096 + b"\r\n")
        elif kind == "silent":
            self.rfile.read(1)
        elif kind == "other-protocol":
            self.wfile.write(b"220 mail.example ESMTP\r\n\r\n")
            self.close_connection = True
        elif kind == "leaving":
            self.answer(200)
            self.close_connection = True
        else:
            self.answer(200)

    def drip(self, start, drop):
        self.wfile.write(start)
        while True:
            self.wfile.write(drop)
            time.sleep(0.05)

    def answer(self, status, **headers):
        body = b"{}"
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def finish_request(self, request, client_address):
        try:
            request.settimeout(10)
            request.do_handshake()
            request.settimeout(60)
        except OSError as error:
            note(refused=str(error))
            return
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass


server = Server(("127.0.0.1", int(port)), Receiver)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print("listening", flush=True)
server.serve_forever()
