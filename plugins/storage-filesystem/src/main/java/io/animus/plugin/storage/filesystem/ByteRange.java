package io.animus.plugin.storage.filesystem;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A single range of bytes that an object has (RFC 9110, section 14).
 *
 * @param from first byte, from 0
 * @param length 0 or more
 */
record ByteRange(long from, long length) {
    private static final Pattern SINGLE = Pattern.compile("bytes=[ \\t]*([0-9]{0,18})-([0-9]{0,18})[ \\t]*");

    static ByteRange whole(long size) {
        return new ByteRange(0, size);
    }

    /**
     * What {@code header} asks for of an object of {@code size} bytes: the whole if it asks for several ranges, in
     * another unit or in no form we know, as the RFC allows; empty if the object has no such bytes.
     */
    static Optional<ByteRange> of(String header, long size) {
        var form = SINGLE.matcher(header);
        if (!form.matches() || (form.group(1).isEmpty() && form.group(2).isEmpty())) {
            return Optional.of(whole(size));
        }
        if (form.group(1).isEmpty()) {
            var length = Math.min(Long.parseLong(form.group(2)), size);
            return length == 0 ? Optional.empty() : Optional.of(new ByteRange(size - length, length));
        }
        var first = Long.parseLong(form.group(1));
        var last = form.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(form.group(2));
        if (last < first) {
            return Optional.of(whole(size));
        }
        return first >= size
                ? Optional.empty()
                : Optional.of(new ByteRange(first, Math.min(last, size - 1) - first + 1));
    }

    /** The value of {@code Content-Range}. */
    String inObjectOf(long size) {
        return "bytes " + from + "-" + (from + length - 1) + "/" + size;
    }
}
