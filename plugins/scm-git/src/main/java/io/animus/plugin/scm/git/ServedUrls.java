package io.animus.plugin.scm.git;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which repositories the operator lets this instance read: those below one of the prefixes, and no others. A prefix is a
 * URL whose path ends where a folder does, so {@code https://host/team} doesn't let {@code https://host/team-b} in.
 */
final class ServedUrls {
    private static final Set<String> SCHEMES = Set.of("https", "http", "ssh", "file");
    private static final Pattern ODD_PATH = Pattern.compile("[\\p{Cntrl}\\\\]|//|/\\.{1,2}(/|$)");
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");

    private final List<URI> prefixes;

    /** @throws IllegalArgumentException if a prefix is no URL that this plugin could serve */
    ServedUrls(List<String> prefixes) {
        this.prefixes = prefixes.stream().map(ServedUrls::prefix).toList();
    }

    boolean isEmpty() {
        return prefixes.isEmpty();
    }

    boolean serves(URI repository) {
        return isWellFormed(repository) && prefixes.stream().anyMatch(prefix -> isBelow(prefix, repository));
    }

    static boolean isBelow(URI prefix, URI repository) {
        return same(prefix.getScheme(), repository.getScheme())
                && same(prefix.getHost(), repository.getHost())
                && port(prefix) == port(repository)
                && (prefix.getUserInfo() == null || prefix.getUserInfo().equals(repository.getUserInfo()))
                && (repository.getPath().equals(prefix.getPath())
                        || repository.getPath().startsWith(folder(prefix.getPath())));
    }

    static URI prefix(String text) {
        try {
            var prefix = new URI(text);
            if (isWellFormed(prefix)) {
                return prefix;
            }
        } catch (URISyntaxException e) {
            // Falls through without the cause, which quotes what may be a password.
        }
        throw new IllegalArgumentException(
                "a URL prefix is an https, http, ssh or file URL without password, query or dots in its path");
    }

    // A user name is part of an ssh address; a password is part of no URL, which ends up in logs and records.
    private static boolean isWellFormed(URI url) {
        if (url.getScheme() == null
                || url.getPath() == null
                || url.getRawQuery() != null
                || url.getFragment() != null) {
            return false;
        }
        var scheme = url.getScheme().toLowerCase(Locale.ROOT);
        var isFile = scheme.equals("file");
        return SCHEMES.contains(scheme)
                && isFile == (url.getHost() == null)
                && (isFile ? url.getRawAuthority() == null : url.getHost() != null)
                && (url.getRawUserInfo() == null
                        || scheme.equals("ssh")
                                && USER.matcher(url.getRawUserInfo()).matches())
                && (url.getPath().isEmpty() || url.getPath().startsWith("/"))
                && !ODD_PATH.matcher(url.getPath()).find();
    }

    private static boolean same(@Nullable String one, @Nullable String other) {
        return one == null ? other == null : one.equalsIgnoreCase(other);
    }

    private static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return switch (url.getScheme().toLowerCase(Locale.ROOT)) {
            case "https" -> 443;
            case "http" -> 80;
            case "ssh" -> 22;
            default -> -1;
        };
    }

    private static String folder(String path) {
        return path.endsWith("/") ? path : path + "/";
    }
}
