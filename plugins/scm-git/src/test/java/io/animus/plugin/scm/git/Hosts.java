package io.animus.plugin.scm.git;

import io.animus.api.plugin.Logins;
import io.animus.api.plugin.PluginDescriptor;
import io.animus.api.plugin.PluginRoutes;
import io.animus.api.plugin.TrustedAuthorities;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Plugin instances as tests want them. */
final class Hosts {
    static final long MIB = 1 << 20;

    private Hosts() {}

    static GitScmHost serving(Path cache, GitAccess access, String... prefixes) {
        return serving(cache, access, 64 * MIB, 64 * MIB, 64 * MIB, prefixes);
    }

    static GitScmHost serving(
            Path cache, GitAccess access, long cacheMax, long repositoryMax, long archiveMax, String... prefixes) {
        var remote = new GitRemote(access, Duration.ofSeconds(2), Duration.ofSeconds(3), repositoryMax);
        return new GitScmHost(
                new PluginDescriptor("scm", "git", "test"),
                new ServedUrls(List.of(prefixes)),
                new MirrorCache(cache, cacheMax, remote, Clock.systemUTC()),
                remote,
                archiveMax,
                PluginRoutes::start);
    }

    static GitAccess noAccess() {
        return access("", "");
    }

    static GitAccess access(String credentials, String authorities) {
        return access(credentials, authorities, null, null);
    }

    static GitAccess access(String credentials, String authorities, Path sshKey, Path knownHosts) {
        return new GitAccess(Logins.of(credentials), TrustedAuthorities.of(authorities), sshKey, knownHosts);
    }
}
