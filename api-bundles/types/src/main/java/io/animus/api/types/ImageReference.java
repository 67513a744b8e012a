package io.animus.api.types;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a container image by tag, by digest or by both, as the OCI distribution specification writes it:
 * {@code host[:port]/path[:tag][@sha256:…]}. The registry host is always spelled out; there is no default registry.
 *
 * @param registry host, with the port where it isn't the default one
 * @param repository path below the registry
 * @param tag movable name, or null
 * @param digest what was meant, for ever; or null
 */
public record ImageReference(String registry, String repository, @Nullable String tag, @Nullable Digest digest) {
    private static final Pattern REGISTRY =
            Pattern.compile("[a-zA-Z0-9.-]+(:[0-9]{1,5})?|\\[[0-9a-fA-F:]+](:[0-9]{1,5})?");
    private static final Pattern REPOSITORY =
            Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");
    private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");
    private static final int MAX_LENGTH = 512;

    public ImageReference {
        check(REGISTRY.matcher(registry).matches(), "registry host", registry);
        check(REPOSITORY.matcher(repository).matches() && repository.length() <= 255, "repository", repository);
        check(tag == null || TAG.matcher(tag).matches(), "tag", String.valueOf(tag));
    }

    /**
     * Reads {@code host[:port]/path[:tag][@sha256:…]}.
     *
     * @throws IllegalArgumentException if the text has another form, or names no registry host
     */
    public static ImageReference parse(String text) {
        check(text.length() <= MAX_LENGTH, "length", text.length() + " characters");
        var at = text.indexOf('@');
        var digest = at < 0 ? null : new Digest(text.substring(at + 1));
        var name = at < 0 ? text : text.substring(0, at);
        var slash = name.indexOf('/');
        check(slash > 0, "name, which starts with a registry host and a slash", text);
        var registry = name.substring(0, slash);
        check(registry.matches(".*[.:].*|localhost"), "registry host", registry);
        var colon = name.lastIndexOf(':');
        var tag = colon > slash ? name.substring(colon + 1) : null;
        return new ImageReference(
                registry, name.substring(slash + 1, tag == null ? name.length() : colon), tag, digest);
    }

    /** The same image, named by digest alone. */
    public ImageReference at(Digest pinned) {
        return new ImageReference(registry, repository, null, pinned);
    }

    /** The digest, present exactly when this name can't move. */
    public Optional<Digest> pinned() {
        return Optional.ofNullable(digest);
    }

    @Override
    public String toString() {
        return registry + "/" + repository + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }

    private static void check(boolean holds, String part, String text) {
        if (!holds) {
            throw new IllegalArgumentException("not an image reference, wrong " + part + ": " + text);
        }
    }
}
