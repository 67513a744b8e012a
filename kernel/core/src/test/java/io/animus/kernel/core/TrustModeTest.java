package io.animus.kernel.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.TypeId;
import io.animus.kernel.core.TrustMode.InForce;
import io.animus.kernel.core.TrustMode.Source;
import io.animus.kernel.domain.Made;
import io.animus.kernel.domain.access.Principal;
import io.animus.kernel.domain.trust.TrustProposal;
import io.animus.kernel.trust.Mode;
import io.animus.kernel.trust.PublisherKey;
import java.lang.annotation.Annotation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds on a node, of what was decided and of what its file says. */
class TrustModeTest {
    @TempDir
    private Path store;

    @Test
    void enforcesUntilItKnowsWhatWasDecided() {
        assertThat(trust(null, false).inForce()).isEqualTo(new InForce(Mode.ENFORCE, Source.NOBODY));
        assertThat(trust(Mode.OFF, true).inForce()).isEqualTo(new InForce(Mode.ENFORCE, Source.NOBODY));
    }

    @Test
    void holdsWhatWasDecided() {
        var trust = trust(null, false);

        trust.learn(Optional.empty());
        assertThat(trust.inForce()).isEqualTo(new InForce(Mode.ENFORCE, Source.NOBODY));
        trust.learn(decision("warn"));
        assertThat(trust.inForce()).isEqualTo(new InForce(Mode.WARN, Source.DECISION));
        assertThat(trust.isLoosened()).isFalse();
    }

    @Test
    void aFileMakesItStricterAndNeverLaxer() {
        var strict = trust(Mode.ENFORCE, false);
        strict.learn(decision("off"));
        var lax = trust(Mode.OFF, false);
        lax.learn(decision("warn"));
        var alone = trust(Mode.OFF, false);
        alone.learn(Optional.empty());

        assertThat(strict.inForce()).isEqualTo(new InForce(Mode.ENFORCE, Source.FILE));
        assertThat(lax.inForce()).isEqualTo(new InForce(Mode.WARN, Source.DECISION));
        assertThat(alone.mode()).isEqualTo(Mode.ENFORCE);
    }

    @Test
    void aFileForDevelopmentEndsWithTheFirstDecision() {
        var trust = trust(Mode.OFF, true);

        trust.learn(Optional.empty());
        assertThat(trust.inForce()).isEqualTo(new InForce(Mode.OFF, Source.FILE));
        assertThat(trust.isLoosened()).isTrue();
        trust.learn(decision("enforce"));
        assertThat(trust.inForce()).isEqualTo(new InForce(Mode.ENFORCE, Source.DECISION));
        assertThat(trust.isLoosened()).isFalse();
    }

    @Test
    void aFileThatIsEditedHoldsAtOnce() {
        var trust = trust(null, false);
        trust.learn(decision("off"));
        var seen = new ArrayList<>();
        trust.whenChanged(() -> seen.add(trust.policy().mode()));

        trust.wishAnew(config("warn"));
        trust.wishAnew(config(""));

        assertThat(seen).containsExactly("warn", "off");
        assertThat(trust.inForce()).isEqualTo(new InForce(Mode.OFF, Source.DECISION));
    }

    private static TrustMode.Config config(String mode) {
        return new TrustMode.Config() {
            @Override
            public String mode() {
                return mode;
            }

            @Override
            public boolean development() {
                return false;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return TrustMode.Config.class;
            }
        };
    }

    @Test
    void whatIsToldLateChangesNothing() {
        var trust = trust(null, false);

        trust.learn(decision("enforce", 2));
        trust.learn(decision("off", 1));
        trust.learn(Optional.empty());

        assertThat(trust.inForce()).isEqualTo(new InForce(Mode.ENFORCE, Source.DECISION));
    }

    @Test
    void thePolicyIsAnotherOneWithTheModeThePublishersAndWhatWasRevoked() throws Exception {
        var trust = trust(null, false);
        var seen = new ArrayList<>();
        var end = trust.whenChanged(() -> seen.add(trust.policy()));
        var before = trust.policy();

        trust.learn(decision("warn"));
        var key = PublisherKey.generate("acme.example").verifier().toString();
        Files.createDirectories(store.resolve("trust"));
        Files.writeString(store.resolve("trust/acme.pub"), key + "\n");
        trust.look();
        assertThat(trust.policy().publishers()).containsExactly(key);
        Files.writeString(store.resolve("revoked"), "sha256:" + "0".repeat(64) + "\n");
        trust.look();
        trust.look();
        Files.writeString(store.resolve("revoked"), "what?\n");
        trust.look();

        assertThat(seen).hasSize(4).doesNotHaveDuplicates().doesNotContain(before);
        assertThat(trust.policy().publishers()).isEmpty();
        assertThat(trust.policy().revoked()).isNull();
        end.run();
        trust.learn(decision("off", 2));
        assertThat(seen).hasSize(4);
    }

    private TrustMode trust(@Nullable Mode file, boolean development) {
        return new TrustMode(store, file, development);
    }

    private static Optional<TrustProposal> decision(String mode) {
        return decision(mode, 1);
    }

    private static Optional<TrustProposal> decision(String mode, int number) {
        return Optional.of(new TrustProposal(
                TypeId.of(TrustProposal.PREFIX, new UUID(0, 1)), number, mode, "a test", made("ada"), made("bob")));
    }

    private static Made made(String who) {
        return new Made(Instant.EPOCH, new Principal(Principal.Kind.USER, who));
    }
}
