package io.animus.api.plugin.egress;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which addresses the hub connects to on somebody else's behalf: public ones, and what the operator allows. Safe for
 * use by many threads.
 *
 * <p>A name is looked up once, and the caller connects to what was decided on and to nothing else: what the name becomes
 * at the next look-up is of no matter.
 */
public final class EgressGuard {
    /** What IANA's registries of special-purpose addresses don't call globally reachable, and multicast. */
    private static final List<Network> SPECIAL_4 = networks(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3");

    /** All that IPv6 has of global unicast; what carries an IPv4 address inside could lead back to that one. */
    private static final Network GLOBAL_6 = network("2000::/3");

    private static final List<Network> SPECIAL_6 =
            networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48");

    /** Link-local, and elsewhere where clouds keep what they tell a machine about itself, its passwords for example. */
    private static final List<Network> METADATA =
            networks("169.254.0.0/16", "100.100.100.200", "192.0.0.0/24", "fe80::/10", "fd00:ec2::/32");

    private final Set<String> allowedNames;
    private final List<Network> allowedNetworks;
    private final Resolver resolver;

    /** How names become addresses. */
    @FunctionalInterface
    public interface Resolver {
        /** All addresses of {@code host}, which may be an address itself; at least one. */
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /**
     * A guard that asks the system for addresses.
     *
     * @param allowed beyond public addresses: names of hosts, whose addresses may be any but link-local ones and those
     *     of the clouds' metadata, and addresses and networks, {@code 10.1.0.0/16}, which may be any
     * @throws IllegalArgumentException if one of them is none of these
     */
    public EgressGuard(Collection<String> allowed) {
        this(allowed, InetAddress::getAllByName);
    }

    /** As the other, for who knows names from elsewhere. */
    public EgressGuard(Collection<String> allowed, Resolver resolver) {
        this.resolver = resolver;
        this.allowedNetworks =
                allowed.stream().flatMap(word -> Network.parse(word).stream()).toList();
        this.allowedNames = allowed.stream()
                .filter(word -> Network.parse(word).isEmpty())
                .map(EgressGuard::plain)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Where a connection to {@code host} may go.
     *
     * @param host a name or an address, an IPv6 one with or without brackets
     * @return at least one
     * @throws EgressRefusedException if any of its addresses is one where the hub doesn't go
     * @throws UnknownHostException if it has none
     */
    public List<InetSocketAddress> admit(String host, int port) throws EgressRefusedException, UnknownHostException {
        var name = plain(host);
        var addresses = resolver.resolve(name);
        for (var address : addresses) {
            if (!isAdmitted(name, address)) {
                // Not which: that would tell the outside how the names of the inside resolve.
                throw new EgressRefusedException(
                        host + " has an address that is not public; the operator may allow it: see allowed_hosts");
            }
        }
        return Arrays.stream(addresses)
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    private boolean isAdmitted(String name, InetAddress address) {
        if (contains(allowedNetworks, address)) {
            return true;
        }
        if (allowedNames.contains(name)) {
            return !contains(METADATA, address) && !address.isMulticastAddress();
        }
        return address instanceof Inet4Address
                ? !contains(SPECIAL_4, address)
                : GLOBAL_6.contains(address) && !contains(SPECIAL_6, address);
    }

    private static boolean contains(List<Network> networks, InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    /** As names are compared: in lower case, without brackets or the dot of the root. */
    private static String plain(String host) {
        var name = host.toLowerCase(Locale.ROOT);
        if (name.startsWith("[") && name.endsWith("]")) {
            return name.substring(1, name.length() - 1);
        }
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    private static List<Network> networks(String... words) {
        return Stream.of(words).map(EgressGuard::network).toList();
    }

    private static Network network(String word) {
        return Network.parse(word).orElseThrow();
    }
}
