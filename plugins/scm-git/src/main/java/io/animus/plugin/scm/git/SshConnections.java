package io.animus.plugin.scm.git;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.transport.SshConfigStore;
import org.eclipse.jgit.transport.SshConstants;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Ssh with one key and one list of trusted hosts, and nothing from the home of the user whom the hub runs as: no
 * configuration, no agent, no default keys. A host that isn't on the list is refused.
 */
final class SshConnections implements SshConfigStore, SshConfigStore.HostConfig {
    private final Map<String, List<String>> options = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private SshConnections(GitAccess access, Path nothing, Duration connect) {
        options.put(SshConstants.STRICT_HOST_KEY_CHECKING, List.of("yes"));
        options.put(SshConstants.USER_KNOWN_HOSTS_FILE, List.of(orNothing(access.knownHosts(), nothing)));
        options.put(SshConstants.GLOBAL_KNOWN_HOSTS_FILE, List.of(orNothing(null, nothing)));
        options.put(SshConstants.IDENTITY_FILE, List.of(orNothing(access.sshKey(), nothing)));
        options.put(SshConstants.IDENTITIES_ONLY, List.of("yes"));
        options.put(SshConstants.IDENTITY_AGENT, List.of("none"));
        options.put(SshConstants.PREFERRED_AUTHENTICATIONS, List.of("publickey"));
        options.put(SshConstants.CONNECT_TIMEOUT, List.of(Long.toString(Math.max(1, connect.toSeconds()))));
    }

    /**
     * A factory to close after use.
     *
     * @param nothing a folder that doesn't exist
     */
    static SshdSessionFactory open(GitAccess access, Path nothing, Duration connect) {
        var config = new SshConnections(access, nothing, connect);
        return new SshdSessionFactoryBuilder()
                .setHomeDirectory(nothing.toFile())
                .setSshDirectory(nothing.toFile())
                .setConfigStoreFactory((home, file, user) -> config)
                .setDefaultKnownHostsFiles(folder -> List.of())
                .setDefaultIdentities(folder -> List.of())
                .setPreferredAuthentications("publickey")
                .build(null);
    }

    private static String orNothing(@Nullable Path file, Path nothing) {
        return (file == null ? nothing : file).toAbsolutePath().toString();
    }

    @Override
    public HostConfig lookup(String host, int port, String user) {
        return this;
    }

    @Override
    public HostConfig lookupDefault(String host, int port, String user) {
        return this;
    }

    @Override
    public @Nullable String getValue(String key) {
        var values = getValues(key);
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public List<String> getValues(String key) {
        return options.getOrDefault(key.toLowerCase(Locale.ROOT), List.of());
    }

    @Override
    public Map<String, String> getOptions() {
        var single = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        options.forEach((key, values) -> single.put(key, values.get(0)));
        return single;
    }

    @Override
    public Map<String, List<String>> getMultiValuedOptions() {
        return options;
    }
}
