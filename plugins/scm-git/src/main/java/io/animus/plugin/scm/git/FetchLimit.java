package io.animus.plugin.scm.git;

import io.animus.api.plugin.TrustedAuthorities;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.Proxy;
import java.net.URL;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.JDKHttpConnection;
import org.eclipse.jgit.transport.http.JDKHttpConnectionFactory;

/** Ends a conversation with a remote that sends too much or whose caller was interrupted. For one conversation. */
final class FetchLimit extends EmptyProgressMonitor {
    private static final int CALLS_PER_LOOK = 4096;

    private final Path mirror;
    private final long maxBytes;
    private int calls;
    private long received;
    private boolean isExceeded;
    private int status;

    FetchLimit(Path mirror, long maxBytes) {
        this.mirror = mirror;
        this.maxBytes = maxBytes;
    }

    boolean isExceeded() {
        return isExceeded;
    }

    /** The last HTTP status that the remote answered with; 0 if none did. */
    int status() {
        return status;
    }

    @Override
    public boolean isCancelled() {
        // JGit asks for each object; the disk need not be asked as often.
        if (++calls % CALLS_PER_LOOK == 0) {
            isExceeded |= MirrorFolder.size(mirror) > maxBytes;
        }
        return isExceeded || Thread.currentThread().isInterrupted();
    }

    /** HTTP connections that count what they read and give up when this limit says so. */
    JDKHttpConnectionFactory connections(TrustedAuthorities authorities, Duration connect, Duration read) {
        return new JDKHttpConnectionFactory() {
            @Override
            public HttpConnection create(URL url) throws IOException {
                return new Limited(url, Proxy.NO_PROXY, authorities, connect, read);
            }

            @Override
            public HttpConnection create(URL url, Proxy proxy) throws IOException {
                return new Limited(url, proxy, authorities, connect, read);
            }
        };
    }

    private final class Limited extends JDKHttpConnection {
        private Limited(URL url, Proxy proxy, TrustedAuthorities authorities, Duration connect, Duration read)
                throws IOException {
            super(url, proxy);
            if ("https".equalsIgnoreCase(url.getProtocol())) {
                trust(authorities);
            }
            super.setConnectTimeout((int) connect.toMillis());
            super.setReadTimeout((int) read.toMillis());
        }

        private void trust(TrustedAuthorities authorities) throws IOException {
            try {
                super.configure(null, authorities.managers(), null);
            } catch (GeneralSecurityException e) {
                throw new IOException("this Java can't speak TLS", e);
            }
        }

        @Override
        public int getResponseCode() throws IOException {
            status = super.getResponseCode();
            return status;
        }

        @Override
        public void setConnectTimeout(int ignored) {
            // JGit knows only one timeout, in whole seconds, for both.
        }

        @Override
        public void setReadTimeout(int ignored) {
            // See setConnectTimeout.
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new Counted(super.getInputStream());
        }
    }

    private final class Counted extends FilterInputStream {
        private Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException();
            }
            var count = super.read(buffer, offset, length);
            received += Math.max(0, count);
            if (received > maxBytes) {
                isExceeded = true;
                throw new IOException("more than " + maxBytes + " bytes");
            }
            return count;
        }
    }
}
