package io.animus.kernel.domain.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.animus.api.types.CommitSha;
import io.animus.api.types.Digest;
import io.animus.api.types.ImageReference;
import io.animus.api.types.Json;
import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Name;
import io.animus.kernel.domain.Quantity;
import io.animus.kernel.domain.Resources;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** I-2 and I-11: what is frozen is frozen byte for byte, and is all there is. */
class RunSpecTest {
    private static final Map<String, String> PARAMETERS =
            Map.of("rate", "0.1", "ratio", "", "Ä", "ö", "name", "\"quoted\"\n", "z", "1");

    @Test
    void isReadAsItWasWritten() {
        var spec = spec(PARAMETERS, Set.of(ErrorClass.PLATFORM, ErrorClass.DATA), "src");

        assertThat(RunSpec.of(Json.read(spec.toJson().canonical()))).isEqualTo(spec);
    }

    @Test
    void isReadWithoutWhatMayBeAbsent() {
        var spec = spec(Map.of(), Set.of(), null);

        assertThat(RunSpec.of(Json.read(spec.toJson().canonical()))).isEqualTo(spec);
    }

    @Test
    void hasOneDigestInWhateverOrderItWasAskedFor() {
        var random = new Random(1);
        var digests = new HashSet<Digest>();
        for (var i = 0; i < 200; i++) {
            var names = new ArrayList<>(PARAMETERS.keySet());
            Collections.shuffle(names, random);
            var parameters = new LinkedHashMap<String, String>();
            names.forEach(name -> parameters.put(name, PARAMETERS.getOrDefault(name, "")));
            digests.add(spec(parameters, Set.of(ErrorClass.PLATFORM, ErrorClass.DATA), "src")
                    .digest());
        }

        assertThat(digests).hasSize(1);
    }

    @Test
    void hasAnotherDigestWithAnyOtherParameter() {
        var one = spec(Map.of("rate", "0.1"), Set.of(), null);
        var other = spec(Map.of("rate", "0.10"), Set.of(), null);

        assertThat(one.digest()).isNotEqualTo(other.digest());
    }

    /** Pins the canonical form: a change here would give every stored run another digest. */
    @Test
    void digestOfAKnownSpecNeverChanges() {
        var spec = spec(Map.of("rate", "0.1", "epochs", "3"), Set.of(ErrorClass.PLATFORM), "src");

        assertThat(new String(spec.toJson().canonical(), UTF_8))
                .isEqualTo(
                        """
                        {"code":{"commit":"COMMIT","path":"src","repository":"https://git.test/penguins"},\
                        "command":["train","--fast"],\
                        "environment":{"environmentLock":"lck_01j0000000e008000000000002",\
                        "image":"registry.test/penguins@sha256:IMAGE","lockDigest":"sha256:LOCK"},\
                        "inputs":[{"datasetVersion":"dsv_01j0000000e008000000000001","digest":"sha256:DATA",\
                        "mediaType":"text/csv","name":"penguins","size":15}],\
                        "kind":"production","networkClass":"none","parameters":{"epochs":"3","rate":"0.1"},\
                        "resources":{"cpu":"500m","ephemeralStorage":"1Gi","gpu":0,"memory":"512Mi","pids":64},\
                        "retry":{"maxAttempts":3,"on":["platform"]},"seed":42,"timeoutSeconds":600}"""
                                .replace("COMMIT", "a".repeat(40))
                                .replace("IMAGE", "1".repeat(64))
                                .replace("LOCK", "2".repeat(64))
                                .replace("DATA", "3".repeat(64)));
        assertThat(spec.digest().value())
                .isEqualTo("sha256:e479f62e1f541e3eb2dae07b8be3e0b09dde8e3cd36ec9b96b5014510942ed03");
    }

    private static RunSpec spec(Map<String, String> parameters, Set<ErrorClass> retryOn, String path) {
        return new RunSpec(
                RunKind.PRODUCTION,
                new CodeRef("https://git.test/penguins", new CommitSha("a".repeat(40)), path),
                new RunEnvironment(
                        id("lck", 2), digest("2"), new ImageReference("registry.test", "penguins", null, digest("1"))),
                List.of(new RunInput(new Name("penguins"), id("dsv", 1), digest("3"), 15, "text/csv")),
                List.of("train", "--fast"),
                parameters,
                42,
                new Resources(Quantity.cpu("500m"), Quantity.bytes("512Mi"), Quantity.bytes("1Gi"), 64, 0),
                "none",
                new Retry(3, retryOn),
                600);
    }

    private static Digest digest(String digit) {
        return new Digest("sha256:" + digit.repeat(64));
    }

    private static TypeId id(String prefix, int number) {
        return TypeId.of(prefix, new UUID(0x0190_0000_0000_7000L, 0x8000_0000_0000_0000L + number));
    }
}
