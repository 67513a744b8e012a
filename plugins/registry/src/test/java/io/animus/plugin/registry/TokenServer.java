package io.animus.plugin.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Gives out tokens as the distribution project specifies them, to the user hub with the password s3cret. */
final class TokenServer implements AutoCloseable {
    private final HttpServer server;
    private final PrivateKey key;
    private final String certificate;
    private final List<String> scopes = new CopyOnWriteArrayList<>();

    TokenServer(Path folder) throws IOException, InterruptedException, GeneralSecurityException {
        var made = new ProcessBuilder(
                        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=hub-tokens -keyout key.pem -out cert.pem"
                                .split(" "))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("openssl.log").toFile())
                .start()
                .waitFor();
        if (made != 0) {
            throw new IOException(Files.readString(folder.resolve("openssl.log")));
        }
        key = KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem(folder.resolve("key.pem")))));
        certificate = pem(folder.resolve("cert.pem"));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/token", this::answer);
        server.start();
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** The scopes that were asked for. */
    List<String> scopes() {
        return scopes;
    }

    String token(String scope) {
        var parts = scope.split(":");
        var now = Instant.now().getEpochSecond();
        var actions = "\"" + parts[2].replace(",", "\",\"") + "\"";
        var text = encode("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\"" + certificate + "\"]}") + "."
                + encode("{\"iss\":\"tests\",\"sub\":\"hub\",\"aud\":\"sample registry\",\"exp\":" + (now + 300)
                        + ",\"nbf\":" + (now - 60) + ",\"iat\":" + now + ",\"jti\":\"1\",\"access\":[{\"type\":\""
                        + parts[0] + "\",\"name\":\"" + parts[1] + "\",\"actions\":[" + actions + "]}]}");
        try {
            var signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key);
            signature.update(text.getBytes(UTF_8));
            return text + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var query = URLDecoder.decode(exchange.getRequestURI().getRawQuery(), UTF_8);
        var scope = query.substring(query.indexOf("scope=") + "scope=".length());
        scopes.add(scope);
        var expected = "Basic " + Base64.getEncoder().encodeToString("hub:s3cret".getBytes(UTF_8));
        var isKnown = expected.equals(exchange.getRequestHeaders().getFirst("Authorization"))
                && query.contains("service=sample registry");
        var body = (isKnown ? "{\"expires_in\":300,\"token\":\"" + token(scope) + "\"}" : "{}").getBytes(UTF_8);
        exchange.sendResponseHeaders(isKnown ? 200 : 401, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static String encode(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(UTF_8));
    }

    private static String pem(Path file) throws IOException {
        return Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
    }
}
