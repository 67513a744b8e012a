package io.animus.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LineageTreeTest {
    @Test
    void showsWhatAModelVersionWasMadeOfAndEachThingOnce() throws Exception {
        var lineage = Json.MAPPER.readTree(
                """
                {"root": "mdv_1",
                 "nodes": [{"id": "mdv_1", "type": "modelVersion", "label": "species 1", "digest": null},
                           {"id": "art_1", "type": "artifact", "label": "model.json", "digest": "sha256:0123456789abcdef"},
                           {"id": "art_2", "type": "artifact", "label": "report.md", "digest": null},
                           {"id": "run_1", "type": "run", "label": "run_1", "digest": null},
                           {"id": "dsv_1", "type": "datasetVersion", "label": "penguins 1", "digest": null}],
                 "edges": [{"from": "mdv_1", "relation": "derived_from", "to": "art_1"},
                           {"from": "mdv_1", "relation": "derived_from", "to": "art_2"},
                           {"from": "run_1", "relation": "produced", "to": "art_1"},
                           {"from": "run_1", "relation": "produced", "to": "art_2"},
                           {"from": "run_1", "relation": "trained_on", "to": "dsv_1"}]}
                """);

        assertThat(new LineageTree(lineage).lines())
                .containsExactly(
                        "modelVersion species 1",
                        "+- derived from artifact model.json  sha256:0123456789ab…",
                        "   +- produced by run run_1",
                        "      +- trained on datasetVersion penguins 1",
                        "+- derived from artifact report.md",
                        "   +- produced by run run_1 (above)");
    }
}
