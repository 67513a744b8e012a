package io.animus.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void alignsColumnsAndLeavesNoBlanksAtTheEnd() {
        var table = new TextTable("what", "id").row("project", "penguins").row("run", "");

        assertThat(table.lines())
                .containsExactly(
                        "what     id", //
                        "-------  --------",
                        "project  penguins",
                        "run");
    }

    @Test
    void refusesARowOfAnotherLength() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TextTable("what", "id").row("run"));
    }
}
