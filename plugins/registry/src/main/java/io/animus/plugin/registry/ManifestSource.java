package io.animus.plugin.registry;

import io.animus.api.plugin.Logins;
import io.animus.api.registry.ImageManifest;
import io.animus.api.types.ImageReference;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fetches manifests over the OCI distribution protocol, version 2. */
final class ManifestSource {
    private static final int MAX_REDIRECTS = 3;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final RegistryHttp http;
    private final Logins logins;
    private final Set<String> insecureHosts;

    /** @param insecureHosts {@code host[:port]} that may be spoken to in plain http, in lower case */
    ManifestSource(RegistryHttp http, Logins logins, Set<String> insecureHosts) {
        this.http = http;
        this.logins = logins;
        this.insecureHosts = insecureHosts;
    }

    /** The manifest; null if the registry has none of that name. */
    @Nullable ImageManifest find(ImageReference reference) {
        var answer = answer(reference);
        if (answer.statusCode() == 404) {
            return null;
        }
        if (answer.statusCode() != 200) {
            throw RegistryFailure.status(answer.uri(), answer.statusCode());
        }
        var contentType = answer.headers().firstValue("Content-Type").orElse("");
        var manifest = ManifestJson.read(answer.body(), contentType)
                .orElseThrow(() -> RegistryFailure.rejected(reference + " is no manifest of an image or an index"));
        reference.pinned().ifPresent(pinned -> {
            if (!pinned.equals(manifest.digest())) {
                throw RegistryFailure.rejected(reference + " came with the content of " + manifest.digest());
            }
        });
        // A registry that says one thing and sends another must not be believed in either.
        answer.headers().firstValue("Docker-Content-Digest").ifPresent(said -> {
            if (said.startsWith("sha256:") && !said.equals(manifest.digest().value())) {
                throw RegistryFailure.rejected(reference + " came with a digest that its content doesn't have");
            }
        });
        return manifest;
    }

    private HttpResponse<byte[]> answer(ImageReference reference) {
        var address = address(reference);
        var first = follow(address, null);
        if (first.statusCode() != 401 || !isSameOrigin(address, first.uri())) {
            return first;
        }
        var challenge = Challenge.choose(first.headers().allValues("WWW-Authenticate"))
                .orElseThrow(() -> RegistryFailure.denied(reference.registry(), "asks for a login of an unknown kind"));
        return follow(
                address,
                challenge.scheme().equals("basic")
                        ? login(reference)
                                .orElseThrow(() -> RegistryFailure.denied(
                                        reference.registry(), "asks for a login, and credentials_file has none"))
                        : "Bearer " + token(reference, challenge));
    }

    // Storage behind a registry must not see the login: it goes where it was asked for and nowhere else.
    private HttpResponse<byte[]> follow(URI start, @Nullable String authorization) {
        var address = start;
        for (var hop = 0; hop <= MAX_REDIRECTS; hop++) {
            var headers = new ArrayList<>(List.of("Accept", ManifestJson.ACCEPTED));
            if (authorization != null && isSameOrigin(start, address)) {
                headers.addAll(List.of("Authorization", authorization));
            }
            var answer = http.get(address, headers);
            if (!REDIRECTS.contains(answer.statusCode())) {
                return answer;
            }
            var from = address;
            address = answer.headers()
                    .firstValue("Location")
                    .flatMap(to -> target(from, to))
                    .orElseThrow(() -> RegistryFailure.rejected(
                            "registry " + start.getAuthority() + " redirects to where the hub doesn't go"));
        }
        throw RegistryFailure.rejected("registry " + start.getAuthority() + " redirects in circles");
    }

    private Optional<URI> target(URI from, String location) {
        try {
            var to = from.resolve(location);
            return isAllowed(to) ? Optional.of(to) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private String token(ImageReference reference, Challenge challenge) {
        var realm = challenge.parameters().getOrDefault("realm", "");
        var address = target(
                        address(reference), realm + (realm.contains("?") ? "&" : "?") + query(reference, challenge))
                .filter(to -> realm.contains("://"))
                .orElseThrow(() -> RegistryFailure.rejected(
                        "registry " + reference.registry() + " names a token server where the hub doesn't go"));
        var headers =
                login(reference).map(login -> List.of("Authorization", login)).orElse(List.of());
        var answer = http.get(address, headers);
        if (answer.statusCode() != 200) {
            throw RegistryFailure.status(address, answer.statusCode());
        }
        return ManifestJson.token(answer.body())
                .orElseThrow(
                        () -> RegistryFailure.rejected("token server " + address.getAuthority() + " sends no token"));
    }

    // The value of an Authorization header: a secret.
    private Optional<String> login(ImageReference reference) {
        return logins.read().stream()
                .filter(login -> login.place().equalsIgnoreCase(reference.registry()))
                .map(login -> login.user() + ":" + login.password())
                .map(login -> "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)))
                .findFirst();
    }

    // The scope is ours, not the challenge's: a registry must not make the hub ask for more than to read this image.
    private static String query(ImageReference reference, Challenge challenge) {
        var scope = "scope=" + encode("repository:" + reference.repository() + ":pull");
        var service = challenge.parameters().get("service");
        return service == null ? scope : "service=" + encode(service) + "&" + scope;
    }

    private URI address(ImageReference reference) {
        var name = reference.pinned().map(Object::toString).orElse(reference.tag());
        if (name == null) {
            throw RegistryFailure.rejected(reference + " names neither a tag nor a digest");
        }
        return URI.create("%s://%s/v2/%s/manifests/%s"
                .formatted(
                        insecureHosts.contains(reference.registry().toLowerCase(Locale.ROOT)) ? "http" : "https",
                        reference.registry(),
                        reference.repository(),
                        name));
    }

    private boolean isAllowed(URI address) {
        return address.getRawAuthority() != null
                && address.getRawUserInfo() == null
                && ("https".equals(address.getScheme())
                        || "http".equals(address.getScheme())
                                && insecureHosts.contains(
                                        address.getRawAuthority().toLowerCase(Locale.ROOT)));
    }

    private static boolean isSameOrigin(URI one, URI other) {
        return one.getScheme().equals(other.getScheme())
                && one.getRawAuthority().equalsIgnoreCase(other.getRawAuthority());
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
