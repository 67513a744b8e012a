package io.animus.plugin.scm.git;

import io.animus.api.types.Digest;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Where an archive goes: counts and hashes what passes, and knows which failure was the receiver's. */
final class ArchiveTarget extends OutputStream {
    private final OutputStream receiver;
    private final MessageDigest hash = Digest.sha256();
    private long size;
    private @Nullable IOException failure;

    ArchiveTarget(OutputStream receiver) {
        this.receiver = receiver;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            receiver.write(bytes, offset, length);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
        hash.update(bytes, offset, length);
        size += length;
    }

    long size() {
        return size;
    }

    Digest digest() {
        return Digest.finish(hash);
    }

    boolean failedWith(IOException e) {
        return e == failure;
    }
}
