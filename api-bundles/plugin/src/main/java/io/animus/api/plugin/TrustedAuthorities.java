package io.animus.api.plugin;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * The certificate authorities whose word a plugin takes for who a server is: Java's own, or those of one file and no
 * others. That a certificate names the host and is in date is checked beside it, by whoever opens the connection. Safe
 * for use by many threads.
 */
public final class TrustedAuthorities {
    private static final long MAX_BYTES = 1 << 20;

    private final TrustManager[] managers;

    private TrustedAuthorities(TrustManager[] managers) {
        this.managers = managers;
    }

    /**
     * The authorities of a configuration. The file is read once.
     *
     * @param file with certificates in PEM, at most 1 MiB; empty for the authorities that Java trusts
     * @throws IllegalArgumentException if the file can't be read or holds no certificate; the message says which
     */
    public static TrustedAuthorities of(String file) {
        try {
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(file.isEmpty() ? null : certificates(Path.of(file)));
            return new TrustedAuthorities(factory.getTrustManagers());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("ca_file " + file + " can't be read: " + e, e);
        }
    }

    /** What decides about a server's certificate. */
    public TrustManager[] managers() {
        return managers.clone();
    }

    /** TLS that trusts these authorities and shows no certificate of its own. */
    public SSLContext context() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, managers, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has TLS", e);
        }
    }

    /**
     * What is wrong with a server that TLS refused: a phrase that goes on after the server's name, such as "shows a
     * certificate that has expired".
     *
     * @return empty if {@code failure} isn't one of TLS
     */
    public static Optional<String> refusal(Throwable failure) {
        Optional<String> found = Optional.empty();
        // The last cause knows best: what JSSE throws wraps what the path validation found.
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof EOFException
                    || cause instanceof SocketException
                    || cause instanceof InterruptedIOException
                    || isOfTheWire(cause)) {
                // It went away in the middle or took too long, which is no verdict.
                return Optional.empty();
            } else if (cause instanceof CertificateExpiredException) {
                return Optional.of("shows a certificate that has expired");
            } else if (cause instanceof CertificateNotYetValidException) {
                return Optional.of("shows a certificate that is not valid yet");
            } else if (cause instanceof CertPathBuilderException) {
                found = Optional.of("shows a certificate of no authority that the hub trusts: see ca_file");
            } else if (cause instanceof CertPathValidatorException) {
                found = Optional.of("shows a certificate that doesn't hold: " + cause.getMessage());
            } else if (cause instanceof SSLPeerUnverifiedException
                    || cause.getClass().equals(CertificateException.class)) {
                found = Optional.of("shows a certificate for another host");
            } else if (cause instanceof SSLException && found.isEmpty()) {
                found = Optional.of("and the hub don't agree on TLS: " + cause.getMessage());
            }
        }
        return found;
    }

    /** A channel says no more than that when the other side is gone: "Broken pipe". */
    private static boolean isOfTheWire(Throwable cause) {
        return cause.getClass().equals(IOException.class) && cause.getCause() == null;
    }

    private static KeyStore certificates(Path file) throws IOException, GeneralSecurityException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("larger than 1 MiB");
        }
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = Files.newInputStream(file)) {
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry(Integer.toString(store.size()), certificate);
            }
        }
        if (store.size() == 0) {
            throw new CertificateException("no certificate in it");
        }
        return store;
    }
}
