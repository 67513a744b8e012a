package io.animus.kernel.domain.environment;

import io.animus.api.types.Digest;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.JsonMembers;
import io.animus.kernel.domain.Made;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A version of an environment, fixed to images by digest. Immutable.
 *
 * @param version the number of the environment version
 */
public record EnvironmentLock(TypeId id, TypeId project, TypeId environment, int version, Content content, Made made) {
    /** What ids of environment locks start with. */
    public static final String PREFIX = "lck";

    /**
     * What is fixed. The same content has the same digest, byte for byte.
     *
     * @param images at least one; runs start in the first
     * @param sbom null where there is none
     */
    public record Content(
            TypeId environmentVersion,
            List<LockedImage> images,
            List<DependencyLock> dependencyLocks,
            @Nullable Sbom sbom) {
        public Content {
            images = List.copyOf(images);
            dependencyLocks = List.copyOf(dependencyLocks);
            if (images.isEmpty()) {
                throw new IllegalArgumentException("a lock holds at least one image");
            }
        }

        /** Reads what {@link #toJson} wrote. */
        public static Content of(Json json) {
            var members = new JsonMembers(json);
            var sbom = members.required("sbom");
            return new Content(
                    new TypeId(members.text("environmentVersion")),
                    members.list("images", LockedImage::of),
                    members.list("dependencyLocks", DependencyLock::of),
                    sbom.equals(Json.NULL) ? null : Sbom.of(sbom));
        }

        /** As the API shows it; its canonical form is what {@link #digest} covers. */
        public Json.Members toJson() {
            return Json.object()
                    .put("environmentVersion", environmentVersion.value())
                    .put(
                            "images",
                            Json.array(images.stream().map(LockedImage::toJson).toList()))
                    .put(
                            "dependencyLocks",
                            Json.array(dependencyLocks.stream()
                                    .map(DependencyLock::toJson)
                                    .toList()))
                    .put("sbom", sbom == null ? Json.NULL : sbom.toJson())
                    .build();
        }

        /** Names this content and no other. */
        public Digest digest() {
            return toJson().digest();
        }
    }

    /** The digest of what is fixed. */
    public Digest lockDigest() {
        return content.digest();
    }
}
