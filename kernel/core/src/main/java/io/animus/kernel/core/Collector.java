package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where spans go.
 *
 * @param endpoint with the path, and no secret in it
 * @param headersFile read for each message
 * @param authorities in PEM, instead of Java's own
 * @param sampleRatio of the traces that begin in the hub, 0 to 1
 * @param queue how many spans may wait
 */
record Collector(
        URI endpoint,
        @Nullable Path headersFile,
        byte @Nullable [] authorities,
        String serviceName,
        double sampleRatio,
        int queue) {
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[(0*:)*:?0*1]");
    private static final Pattern HEADER = Pattern.compile("([A-Za-z0-9!#$%&'*+.^_`|~-]+): *([!-~]([ -~]*[!-~])?)");
    private static final int MOST_QUEUED = 100_000;

    /** @throws IllegalArgumentException for what an operator must correct */
    static Collector of(Tracing.Config config) {
        if (!(config.sample__ratio() >= 0 && config.sample__ratio() <= 1)) {
            throw new IllegalArgumentException("sample_ratio is from 0 to 1, not " + config.sample__ratio());
        }
        if (config.queue__spans() < 1 || config.queue__spans() > MOST_QUEUED) {
            throw new IllegalArgumentException(
                    "queue_spans is from 1 to " + MOST_QUEUED + ", not " + config.queue__spans());
        }
        var collector = new Collector(
                endpoint(config.endpoint(), List.of(config.insecure__hosts())),
                config.headers__file().isEmpty() ? null : Path.of(config.headers__file()),
                config.ca__file().isEmpty() ? null : read(Path.of(config.ca__file())),
                config.service__name(),
                config.sample__ratio(),
                config.queue__spans());
        collector.headers();
        return collector;
    }

    /**
     * What is sent with each message, as the file says now.
     *
     * @throws IllegalArgumentException if it can't be read or is malformed; without a value in it
     */
    Map<String, String> headers() {
        var headers = new HashMap<String, String>();
        if (headersFile != null) {
            var lines = new String(read(headersFile), US_ASCII)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .toList();
            for (var line : lines) {
                var header = HEADER.matcher(line.strip());
                if (!header.matches()) {
                    throw new IllegalArgumentException("a line in " + headersFile + " is not Name: value");
                }
                headers.put(header.group(1), header.group(2));
            }
        }
        return headers;
    }

    private static URI endpoint(String text, List<String> insecureHosts) {
        try {
            var url = new URI(text);
            var host = url.getHost();
            if (host == null
                    || url.getRawUserInfo() != null
                    || url.getRawQuery() != null
                    || url.getRawFragment() != null) {
                throw new IllegalArgumentException(
                        "endpoint is https://host:port without user, password and query; secrets go into headers_file");
            }
            var named = url.getPort() < 0 ? host : host + ":" + url.getPort();
            var isSafe = "https".equalsIgnoreCase(url.getScheme())
                    || ("http".equalsIgnoreCase(url.getScheme())
                            && (LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches()
                                    || insecureHosts.contains(host)
                                    || insecureHosts.contains(named)));
            if (!isSafe) {
                throw new IllegalArgumentException("endpoint " + url.getScheme() + "://" + named
                        + " is not https, nor http on this machine or to one of insecure_hosts");
            }
            return url.getRawPath().isEmpty() || url.getRawPath().equals("/") ? url.resolve("/v1/traces") : url;
        } catch (URISyntaxException e) {
            // Not the text itself: it may hold a password.
            throw new IllegalArgumentException("endpoint is no URL: " + e.getReason(), e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("can't read " + file, e);
        }
    }
}
