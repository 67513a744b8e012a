package io.animus.plugin.siem.syslog;

import io.animus.api.plugin.TrustedAuthorities;
import io.animus.api.plugin.egress.SecretFile;
import io.animus.api.types.ExternalSystemException;
import io.animus.api.types.ExternalSystemException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What the hub shows to a receiver, read for each connection.
 *
 * @param chain certificates in PEM, the hub's own first
 * @param key its private key: PKCS#8 in PEM, without a password
 */
record ClientCertificate(Path chain, SecretFile key) {

    /** TLS that trusts {@code authorities} and shows {@code certificate}, if there is one. */
    static SSLContext context(TrustedAuthorities authorities, @Nullable ClientCertificate certificate) {
        if (certificate == null) {
            return authorities.context();
        }
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(certificate.managers(), authorities.managers(), null);
            return context;
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            // Without the cause, whose message may quote the key.
            throw new ExternalSystemException(
                    Reason.DENIED,
                    "client_certificate_file " + certificate.chain() + " and client_key_file "
                            + certificate.key().path() + " can't be used: "
                            + e.getClass().getSimpleName());
        }
    }

    private KeyManager[] managers() throws GeneralSecurityException, IOException {
        Certificate[] certificates;
        try (var in = Files.newInputStream(chain)) {
            certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .toArray(Certificate[]::new);
        }
        if (certificates.length == 0) {
            throw new GeneralSecurityException("no certificate in it");
        }
        var encoded = Base64.getMimeDecoder().decode(key.read().replaceAll("-----[^-]+-----", ""));
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setKeyEntry(
                "hub",
                KeyFactory.getInstance(certificates[0].getPublicKey().getAlgorithm())
                        .generatePrivate(new PKCS8EncodedKeySpec(encoded)),
                new char[0],
                certificates);
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }
}
