package io.animus.kernel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.Digest;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Quantity;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.project.About;
import io.animus.kernel.domain.project.PluginBindings;
import io.animus.kernel.domain.project.Project;
import io.animus.kernel.domain.project.Quota;
import io.animus.kernel.store.postgres.StoredObjectRepository.StoredObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which store has an object. */
class StoredObjectRepositoryTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Digest ONE = Digest.of(new byte[] {1});
    private static final Digest OTHER = Digest.of(new byte[] {2});
    private static TestDatabase postgres;
    private static int projects;

    private final TypeId project = project();

    @BeforeAll
    static void start(@TempDir Path folder) {
        postgres = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @Test
    void theStoreThatGotAnObjectLastHasIt() {
        note(NOW, "memory.vault", "memory.vault");
        note(NOW.plusSeconds(1), "memory.annex", "memory.vault");

        var known = postgres.database().read(tx -> tx.storedObjects().findAll(project, List.of(ONE, OTHER)));
        assertThat(known).containsExactly(Map.entry(ONE, "memory.annex"));
    }

    @Test
    void theObjectOfAnotherProjectIsAnotherObject() {
        note(NOW, "memory.vault");
        var other = project();

        var known = postgres.database().read(tx -> tx.storedObjects().find(other, ONE));
        assertThat(known).isEmpty();
    }

    @Test
    void aTransactionSeesWhatItNoted() {
        var seen = postgres.database().<Boolean>write(tx -> {
            tx.storedObjects().insert(List.of(new StoredObject(project, ONE, "memory.vault")), NOW);
            return tx.storedObjects().find(project, ONE).isPresent();
        });
        assertThat(seen).isTrue();
    }

    private void note(Instant at, String... stores) {
        postgres.database().write(tx -> {
            for (var store : stores) {
                tx.storedObjects().insert(List.of(new StoredObject(project, ONE, store)), at);
            }
            return project;
        });
    }

    private static TypeId project() {
        var number = ++projects;
        var id = new TypeId("prj_0%025d".formatted(number));
        var project = new Project(
                id,
                new Name("project-" + number),
                new About(null, null, Map.of()),
                new Quota(1, Quantity.cpu("1"), Quantity.bytes("1Gi"), 0),
                List.of(),
                PluginBindings.NONE,
                Project.Status.ACTIVE,
                new Made(NOW, Principal.HUB),
                NOW,
                1);
        postgres.database().write(tx -> tx.projects().insert(project));
        return id;
    }
}
