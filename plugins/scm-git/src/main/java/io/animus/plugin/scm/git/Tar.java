package io.animus.plugin.scm.git;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Writes a tar archive in the POSIX pax format, in which nothing depends on the machine: owner 0, one time for all
 * entries. Names are bytes, as git has them.
 */
final class Tar {
    static final int FILE = '0';
    static final int SYMLINK = '2';
    static final int FOLDER = '5';
    private static final int EXTENSION = 'x';
    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final long MAX_OCTAL_SIZE = (1L << 33) - 1;

    private final OutputStream out;
    private final long time;

    /** @param time of every entry, in seconds since 1970 */
    Tar(OutputStream out, long time) {
        this.out = out;
        this.time = time;
    }

    /** Starts an entry; for a file, {@code size} bytes and {@link #pad} must follow. */
    void entry(int type, byte[] name, int mode, long size, byte[] link) throws IOException {
        var extension = new ByteArrayOutputStream();
        if (isLong(name)) {
            extend(extension, "path", name);
        }
        if (isLong(link)) {
            extend(extension, "linkpath", link);
        }
        if (size > MAX_OCTAL_SIZE) {
            extend(extension, "size", Long.toString(size).getBytes(US_ASCII));
        }
        if (extension.size() > 0) {
            header(EXTENSION, "pax_extension".getBytes(US_ASCII), 0644, extension.size(), new byte[0]);
            extension.writeTo(out);
            pad(extension.size());
        }
        header(type, name, mode, Math.min(size, MAX_OCTAL_SIZE), link);
    }

    /** Fills up the last block of {@code size} bytes of content. */
    void pad(long size) throws IOException {
        out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
    }

    void end() throws IOException {
        out.write(new byte[2 * BLOCK]);
    }

    private void header(int type, byte[] name, int mode, long size, byte[] link) throws IOException {
        var block = new byte[BLOCK];
        System.arraycopy(name, 0, block, 0, Math.min(name.length, NAME));
        octal(block, 100, 8, mode);
        octal(block, 108, 8, 0);
        octal(block, 116, 8, 0);
        octal(block, 124, 12, size);
        octal(block, 136, 12, time);
        block[156] = (byte) type;
        System.arraycopy(link, 0, block, 157, Math.min(link.length, NAME));
        System.arraycopy("ustar\00000".getBytes(US_ASCII), 0, block, 257, 8);
        octal(block, 329, 8, 0);
        octal(block, 337, 8, 0);
        Arrays.fill(block, 148, 156, (byte) ' ');
        var sum = 0;
        for (var b : block) {
            sum += b & 0xff;
        }
        octal(block, 148, 7, sum);
        out.write(block);
    }

    private static void octal(byte[] block, int at, int width, long value) {
        var digits = Long.toOctalString(value);
        var field = "0".repeat(width - 1 - digits.length()) + digits;
        System.arraycopy(field.getBytes(US_ASCII), 0, block, at, width - 1);
        block[at + width - 1] = 0;
    }

    private static boolean isLong(byte[] name) {
        if (name.length > NAME) {
            return true;
        }
        for (var b : name) {
            if (b < 0) {
                return true;
            }
        }
        return false;
    }

    // A record starts with its own length, whose digits count.
    private static void extend(ByteArrayOutputStream extension, String key, byte[] value) {
        var rest = 1 + key.length() + 1 + value.length + 1;
        var length = rest + Integer.toString(rest).length();
        length = rest + Integer.toString(length).length();
        extension.writeBytes((length + " " + key + "=").getBytes(US_ASCII));
        extension.writeBytes(value);
        extension.write('\n');
    }
}
