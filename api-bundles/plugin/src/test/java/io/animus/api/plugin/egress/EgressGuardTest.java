package io.animus.api.plugin.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressGuardTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "0.0.0.0",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "100.100.100.200",
                "192.0.0.192",
                "198.18.0.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "203.0.113.7",
                "::1",
                "::",
                "[::1]",
                "::127.0.0.1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "fe80::1",
                "fc00::1",
                "fd00:ec2::254",
                "ff02::1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001::1",
                "2001:db8::1"
            })
    void goesToNoAddressThatIsNotPublic(String address) {
        assertThatThrownBy(() -> new EgressGuard(List.of()).admit(address, 443))
                .isInstanceOf(EgressRefusedException.class)
                .hasMessageContaining("allowed_hosts");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.1", "2130706433", "localhost", "LOCALHOST.", "017700000001"})
    void looksAtTheAddressHoweverItIsWritten(String host) throws Exception {
        try {
            var admitted = new EgressGuard(List.of()).admit(host, 443);
            assertThat(admitted).noneMatch(address -> address.getAddress().isLoopbackAddress());
        } catch (EgressRefusedException | UnknownHostException e) {
            assertThat(e).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "169.253.255.255",
                "223.255.255.255",
                "2606:4700::1111",
                "[2a00::1]"
            })
    void goesToPublicAddresses(String address) throws Exception {
        assertThat(new EgressGuard(List.of()).admit(address, 8443)).hasSize(1).allMatch(to -> to.getPort() == 8443);
    }

    @Test
    void goesNowhereIfOneOfManyAddressesIsNotPublic() {
        var guard = new EgressGuard(List.of(), host -> addresses("1.1.1.1", "10.0.0.1"));
        assertThatThrownBy(() -> guard.admit("mixed.example", 443))
                .isInstanceOf(EgressRefusedException.class)
                .hasMessageContaining("mixed.example")
                .hasMessageNotContaining("10.0.0.1");
    }

    @Test
    void goesToPrivateAddressesOfAnAllowedNameButNeverToMetadata() {
        var inside = new EgressGuard(List.of("Siem.Example."), host -> addresses("10.0.0.1"));
        assertThatCode(() -> inside.admit("SIEM.example", 443)).doesNotThrowAnyException();
        assertThatThrownBy(() -> inside.admit("other.example", 443)).isInstanceOf(EgressRefusedException.class);
        for (var metadata : List.of("169.254.169.254", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fe80::1")) {
            var guard = new EgressGuard(List.of("siem.example"), host -> addresses(metadata));
            assertThatThrownBy(() -> guard.admit("siem.example", 443)).isInstanceOf(EgressRefusedException.class);
        }
    }

    @Test
    void goesToAllowedNetworksWhateverTheName() {
        var guard = new EgressGuard(List.of("10.1.0.0/16", "169.254.7.7", "fd00:1::/31"));
        for (var address : List.of("10.1.0.0", "10.1.255.255", "169.254.7.7", "fd00:1::1", "fd00::1")) {
            assertThatCode(() -> guard.admit(address, 443)).doesNotThrowAnyException();
        }
        for (var address : List.of("10.0.255.255", "10.2.0.0", "169.254.7.8", "fd00:2::1")) {
            assertThatThrownBy(() -> guard.admit(address, 443)).isInstanceOf(EgressRefusedException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0.999", "::/129", "1.2.3.4.5/8"})
    void takesNoConfigurationThatItDoesNotUnderstand(String allowed) {
        assertThatThrownBy(() -> new EgressGuard(List.of(allowed)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(allowed);
    }

    private static InetAddress[] addresses(String... literals) throws UnknownHostException {
        return Arrays.stream(literals).map(EgressGuardTest::address).toArray(InetAddress[]::new);
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
