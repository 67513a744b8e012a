package io.animus.plugin.executor.container;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What an operator decides about the containers of one instance.
 *
 * @param sockets where the engine may listen; the first that exists is taken
 * @param workFolder absolute; holds inputs and outputs of jobs, readable by nobody but the hub
 * @param networks engine network by network class
 * @param user user and group id that programs run as, joined by a colon
 * @param userNamespaces whether each container gets a range of user ids of its own
 * @param pullTimeout for an image that isn't there yet
 * @param callTimeout for any other call of the engine, and between two pieces of an input
 * @param tmpBytes size of {@code /tmp}, which counts as memory
 * @param logBytes of output, over which a job's log is cut
 * @param unpackedBytes that one tar input may grow to
 */
record Settings(
        String instance,
        List<Path> sockets,
        Path workFolder,
        boolean pullImages,
        Map<String, String> networks,
        String user,
        boolean userNamespaces,
        Duration pullTimeout,
        Duration callTimeout,
        int openFiles,
        long tmpBytes,
        long logBytes,
        long unpackedBytes) {
    private static final long SPARE_LOG_BYTES = 1 << 20;
    private static final Pattern USER = Pattern.compile("[1-9][0-9]{0,8}:[1-9][0-9]{0,8}");
    private static final Pattern NETWORK = Pattern.compile("([a-z0-9-]{1,63})=([A-Za-z0-9][A-Za-z0-9_.-]{0,62})");

    Settings {
        // The engine reads a colon in the name of a folder as the start of mount options.
        check(
                workFolder.isAbsolute() && !workFolder.toString().contains(":"),
                "work_folder is absolute and without a colon, not " + workFolder);
        check(USER.matcher(user).matches(), "user is two numbers above 0 joined by a colon, not " + user);
        check(
                openFiles >= 64 && tmpBytes >= 4096 && logBytes >= 4096,
                "open_files, tmp_bytes or log_limit_bytes is too small");
        check(unpackedBytes > 0 && callTimeout.toMillis() > 0 && pullTimeout.toMillis() > 0, "a limit is not above 0");
        networks = Map.copyOf(networks);
        sockets = List.copyOf(sockets);
    }

    /** Room for a log in the engine's own form: each line with its time, so that short ones take more than they have text. */
    long logDiskBytes() {
        return 2 * logBytes + SPARE_LOG_BYTES;
    }

    /** Reads lines of the form {@code class=network}. */
    static Map<String, String> networks(String... lines) {
        var networks = new TreeMap<String, String>();
        for (var line : lines) {
            var match = NETWORK.matcher(line);
            // "host" and "container:…" would join the job to somebody else's network namespace.
            check(match.matches() && !match.group(2).equals("host"), "not class=network: " + line);
            networks.put(match.group(1), match.group(2));
        }
        return networks;
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
