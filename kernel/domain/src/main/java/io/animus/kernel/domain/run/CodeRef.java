package io.animus.kernel.domain.run;

import io.animus.api.types.CommitSha;
import io.animus.api.types.Json;
import io.animus.kernel.domain.JsonMembers;
import org.jspecify.annotations.Nullable;

/**
 * The code of a run: a commit, never a branch.
 *
 * @param repository URL without credentials
 * @param path folder in the tree that the run needs; null for all of it
 */
public record CodeRef(String repository, CommitSha commit, @Nullable String path) {

    /** Reads what {@link #toJson} wrote. */
    public static CodeRef of(Json json) {
        var members = new JsonMembers(json);
        return new CodeRef(
                members.text("repository"),
                new CommitSha(members.text("commit")),
                members.findText("path").orElse(null));
    }

    /** As the API shows it and digests cover it. */
    public Json.Members toJson() {
        return Json.object()
                .put("repository", repository)
                .put("commit", commit.value())
                .put("path", path == null ? Json.NULL : Json.of(path))
                .build();
    }
}
