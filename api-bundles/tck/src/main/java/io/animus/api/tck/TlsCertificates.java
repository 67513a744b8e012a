package io.animus.api.tck;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Certificates for servers on 127.0.0.1, made by the openssl program, good and bad.
 *
 * @param folder where {@code NAME.pem} and {@code NAME.key} lie, for each {@link Shown} in lower case
 */
public record TlsCertificates(Path folder) {

    /** What a server may show. */
    public enum Shown {
        /** For 127.0.0.1, in date, of the authority in {@link #authority}. */
        GOOD,
        /** As good, but of another authority. */
        FOREIGN,
        /** As good, but for another host. */
        MISNAMED,
        /** As good, but of yesterday. */
        EXPIRED
    }

    /** Makes them all in {@code folder}. */
    public static TlsCertificates in(Path folder) throws IOException, InterruptedException {
        var made = new TlsCertificates(folder);
        made.authority("authority");
        made.authority("stranger");
        made.server(Shown.GOOD, "authority", "IP:127.0.0.1", 2);
        made.server(Shown.FOREIGN, "stranger", "IP:127.0.0.1", 2);
        made.server(Shown.MISNAMED, "authority", "DNS:elsewhere.example", 2);
        made.server(Shown.EXPIRED, "authority", "IP:127.0.0.1", -1);
        return made;
    }

    /** The certificate of the authority to trust, in PEM. */
    public Path authority() {
        return folder.resolve("authority.pem");
    }

    /** What a server shows, in PEM. */
    public Path certificate(Shown shown) {
        return folder.resolve(name(shown) + ".pem");
    }

    /** The private key of that, in PEM. */
    public Path key(Shown shown) {
        return folder.resolve(name(shown) + ".key");
    }

    private void authority(String name) throws IOException, InterruptedException {
        openssl("req -x509 -days 2 -subj /CN=" + name + " -out " + name + ".pem" + newKey(name));
    }

    private void server(Shown shown, String issuer, String subject, int days) throws IOException, InterruptedException {
        var name = name(shown);
        openssl("req -subj /CN=" + name + " -addext subjectAltName=" + subject + " -out " + name + ".csr"
                + newKey(name));
        openssl("x509 -req -copy_extensions copy -days " + days + " -in " + name + ".csr -CA " + issuer + ".pem -CAkey "
                + issuer + ".key -out " + name + ".pem");
    }

    private static String newKey(String name) {
        return " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout " + name + ".key";
    }

    private static String name(Shown shown) {
        return shown.name().toLowerCase(Locale.ROOT);
    }

    private void openssl(String arguments) throws IOException, InterruptedException {
        var log = folder.resolve("openssl.log");
        var process = new ProcessBuilder(("openssl " + arguments).split(" "))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(60, SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("openssl " + arguments + " failed: " + Files.readString(log));
        }
    }
}
