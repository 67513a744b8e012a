package io.animus.api.plugin.egress;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A block of addresses.
 *
 * @param prefix 4 or 16 bytes
 * @param bits how many of them all addresses of the block share
 */
record Network(byte[] prefix, int bits) {
    Network {
        if (bits < 0 || bits > prefix.length * 8) {
            throw new IllegalArgumentException(bits + " bits of " + prefix.length * 8);
        }
    }

    /**
     * Reads {@code 10.0.0.0/8}, {@code fd00::/8} or an address alone.
     *
     * @return empty if it isn't one but a name
     */
    static Optional<Network> parse(String text) {
        var slash = text.indexOf('/');
        var address = slash < 0 ? text : text.substring(0, slash);
        // Whatever else consists of these is no name either, and asking for it asks nobody.
        if (!address.matches("[0-9.]+|[0-9a-fA-F.:]*:[0-9a-fA-F.:]*")) {
            return Optional.empty();
        }
        try {
            var prefix = InetAddress.getByName(address).getAddress();
            var bits = slash < 0 ? prefix.length * 8 : Integer.parseInt(text.substring(slash + 1));
            return Optional.of(new Network(prefix, bits));
        } catch (UnknownHostException | IllegalArgumentException e) {
            throw new IllegalArgumentException("neither a host, an address nor a network: " + text, e);
        }
    }

    boolean contains(InetAddress address) {
        var bytes = address.getAddress();
        if (bytes.length != prefix.length) {
            return false;
        }
        var whole = bits / 8;
        var rest = bits % 8;
        return Arrays.equals(bytes, 0, whole, prefix, 0, whole)
                && (rest == 0 || (bytes[whole] ^ prefix[whole]) >> 8 - rest == 0);
    }
}
