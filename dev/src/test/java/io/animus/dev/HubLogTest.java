package io.animus.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines as a hub wrote them. */
class HubLogTest {
    private static final String STARTED =
            "{\"level\":\"INFO\",\"message\":\"Started bundle: file:/hub/plugin/animus-x.jar\"}\n";
    private static final String UNRESOLVED =
            "{\"level\":\"WARN\",\"message\":\"Error while starting bundle: file:/hub/plugin/animus-x.jar\",\"stack\":"
                    + "\"org.osgi.framework.BundleException: Unable to resolve animus-x [85](R 85.5): missing requirement "
                    + "[animus-x [85](R 85.5)] osgi.wiring.package; (&(osgi.wiring.package=%s)(version>=1.0.0)"
                    + "(!(version>=2.0.0))) Unresolved requirements\"}\n";

    @TempDir
    Path folder;

    private Path log(String text) throws IOException {
        return Files.writeString(folder.resolve("animus.log"), text);
    }

    @Test
    void seesAStart() throws Exception {
        assertThat(HubLog.isStarted(log(STARTED), 0, "plugin/animus-x.jar")).isTrue();
        assertThat(HubLog.isStarted(log(STARTED), 0, "plugin/animus-y.jar")).isFalse();
    }

    @Test
    void leavesAsideWhatWasSaidBefore() throws Exception {
        assertThat(HubLog.isStarted(log(STARTED), STARTED.length(), "plugin/animus-x.jar"))
                .isFalse();
    }

    @Test
    void readsALogThatBeganAnew() throws Exception {
        assertThat(HubLog.isStarted(log(STARTED), 10_000, "plugin/animus-x.jar"))
                .isTrue();
    }

    @Test
    void saysInWordsWhatIsMissing() throws Exception {
        var log = log(UNRESOLVED.formatted("com.nowhere.x"));
        assertThatExceptionOfType(DevException.class)
                .isThrownBy(() -> HubLog.isStarted(log, 0, "plugin/animus-x.jar"))
                .withMessageContaining("imports the package com.nowhere.x, version 1.0.0 or later but below 2.0.0.")
                .withMessageContaining("Nest the library that has it");
    }

    @Test
    void tellsAPortOfAnotherHubFromTheInsideOfThisOne() {
        assertThat(HubLog.inWords(UNRESOLVED.formatted("io.animus.api.scm"))).contains("built for another hub");
        assertThat(HubLog.inWords(UNRESOLVED.formatted("io.animus.kernel.core")))
                .contains("Do without it");
    }

    @Test
    void namesTheExceptionOfAStartThatFailed() {
        var line =
                "{\"message\":\"Error while starting bundle: x\",\"stack\":\"java.lang.IllegalStateException: no luck\"}";
        assertThat(HubLog.inWords(line))
                .isEqualTo("The bundle does not start: java.lang.IllegalStateException: no luck");
    }
}
