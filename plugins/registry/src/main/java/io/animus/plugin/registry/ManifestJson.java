package io.animus.plugin.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.animus.api.registry.ImageManifest;
import io.animus.api.types.Digest;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the few members of registry documents that matter here, without building a tree of the rest. */
final class ManifestJson {
    private static final String OCI = "application/vnd.oci.image.";
    private static final String DOCKER = "application/vnd.docker.distribution.manifest.";
    private static final Set<String> IMAGES = Set.of(OCI + "manifest.v1+json", DOCKER + "v2+json");
    private static final Set<String> INDEXES = Set.of(OCI + "index.v1+json", DOCKER + "list.v2+json");

    /** All kinds of manifest that this plugin understands, for an {@code Accept} header. */
    static final String ACCEPTED = String.join(
            ", ", OCI + "manifest.v1+json", OCI + "index.v1+json", DOCKER + "v2+json", DOCKER + "list.v2+json");

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(64).build())
            .build();

    private ManifestJson() {}

    /**
     * What {@code content} is.
     *
     * @param contentType as the registry's header says; the document's own {@code mediaType} must agree
     * @return empty if it isn't a manifest of a known kind
     */
    static Optional<ImageManifest> read(byte[] content, String contentType) {
        var announced = contentType.split(";", 2)[0].strip();
        String mediaType = null;
        String config = null;
        try (var json = JSON.createParser(content)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var name = json.currentName();
                json.nextToken();
                if (name.equals("mediaType")) {
                    mediaType = json.getValueAsString();
                } else if (name.equals("config")) {
                    config = member(json, "digest");
                } else {
                    json.skipChildren();
                }
            }
            if (json.nextToken() != null) {
                return Optional.empty();
            }
            if (mediaType != null && !mediaType.equals(announced)) {
                return Optional.empty();
            }
            return manifest(content, announced, config);
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The bearer token in the answer of a token server: a secret. */
    static Optional<String> token(byte[] content) {
        try (var json = JSON.createParser(content)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var name = json.currentName();
                json.nextToken();
                if ((name.equals("token") || name.equals("access_token")) && json.getValueAsString() != null) {
                    return Optional.of(json.getValueAsString());
                }
                json.skipChildren();
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<ImageManifest> manifest(byte[] content, String mediaType, @Nullable String config) {
        if (INDEXES.contains(mediaType)) {
            return Optional.of(new ImageManifest(Digest.of(content), mediaType, content.length, null));
        }
        if (IMAGES.contains(mediaType) && config != null) {
            return Optional.of(new ImageManifest(Digest.of(content), mediaType, content.length, new Digest(config)));
        }
        return Optional.empty();
    }

    private static @Nullable String member(JsonParser json, String wanted) throws IOException {
        String found = null;
        if (json.currentToken() == JsonToken.START_OBJECT) {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                var name = json.currentName();
                json.nextToken();
                if (name.equals(wanted)) {
                    found = json.getValueAsString();
                } else {
                    json.skipChildren();
                }
            }
        } else {
            json.skipChildren();
        }
        return found;
    }
}
