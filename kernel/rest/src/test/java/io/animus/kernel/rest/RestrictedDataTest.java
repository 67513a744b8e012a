package io.animus.kernel.rest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dataset that is taken from a project's developers and given back to one of them. */
class RestrictedDataTest {
    private static final String DATASET = Story.PROJECT + "/datasets/masses";
    private static final String BINDINGS = Story.PROJECT + "/role-bindings";

    private static TestHub hub;
    private static Story story;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        hub = new TestHub(folder);
        story = new Story(hub);
    }

    @AfterAll
    static void stop() throws Exception {
        hub.close();
    }

    @Test
    void isLikeAbsentToWhoHasNoRoleOnIt() {
        var owner = story.owner();
        var insider = story.member("insider", "viewer");
        var before = owner.get(DATASET);
        assertThat(before.text("access")).isEqualTo("project");

        var closed = owner.patch(DATASET, "{\"access\": \"restricted\"}", "If-Match", before.header("ETag"));

        assertThat(closed.status()).as(closed.body()).isEqualTo(200);
        assertThat(closed.text("access")).isEqualTo("restricted");
        assertThat(closed.header("ETag")).isNotEqualTo(before.header("ETag"));
        assertThat(closed.header("Audit-Event")).startsWith("aud_");
        var hidden = story.developer().get(DATASET);
        var absent = story.developer()
                .get(Story.PROJECT + "/datasets/absent", "X-Request-Id", hidden.header("X-Request-Id"));
        assertThat(hidden.status()).isEqualTo(404);
        assertThat(hidden.header("Audit-Event")).startsWith("aud_");
        assertThat(hidden.body()).isEqualTo(absent.body().replace("absent", "masses"));
        var refused = story.developer().post(Story.PROJECT + "/runs", story.runWish("train"));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.json().at("/errors/0/code").asText()).isEqualTo("UNKNOWN_REFERENCE");
        assertThat(refused.json().at("/errors/0/pointer").asText()).isEqualTo("/inputs/0/datasetVersion");
        assertThat(story.developer().get(story.run().header("Location")).status())
                .isEqualTo(404);

        var bound = story.bind(insider, "developer", before.text("id"));

        assertThat(bound.text("object")).isEqualTo(before.text("id"));
        assertThat(insider.get(DATASET).body()).isEqualTo(closed.body());
        assertThat(insider.get(story.run().header("Location")).status()).isEqualTo(200);
        var roles = insider.get("/api/v1/me").json().at("/projectRoles/0");
        assertThat(roles.at("/roles/0").asText()).isEqualTo("viewer");
        assertThat(roles.at("/objectRoles/0/object").asText()).isEqualTo(before.text("id"));
        assertThat(roles.at("/objectRoles/0/roles/0").asText()).isEqualTo("developer");
    }

    @Test
    void ownersAndAuditorsAreSuchInAWholeProject() {
        for (var role : new String[] {"owner", "auditor"}) {
            var refused = story.owner()
                    .post(
                            BINDINGS,
                            "{\"subject\": {\"kind\": \"user\", \"id\": \"ada\"}, \"role\": \"%s\", \"object\": \"%s\"}"
                                    .formatted(role, story.dataset().text("id")));

            assertThat(refused.status()).as(refused.body()).isEqualTo(422);
            assertThat(refused.json().at("/errors/0/pointer").asText()).isEqualTo("/role");
        }
    }
}
