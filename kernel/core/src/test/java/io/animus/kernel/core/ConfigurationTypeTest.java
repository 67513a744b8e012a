package io.animus.kernel.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.animus.api.types.Json;
import io.animus.kernel.domain.Violation;
import java.io.ByteArrayInputStream;
import java.util.Hashtable;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfigurationTypeTest {
    private ConfigurationType type;

    @BeforeEach
    void read() throws Exception {
        type = read(ConfiguredBundle.METATYPE).get(0);
    }

    private static List<ConfigurationType> read(String metatype) throws Exception {
        return Metatype.read(new ByteArrayInputStream(metatype.getBytes(UTF_8)));
    }

    @Test
    void anOptionOfNoValueIsNoType() {
        var metatype = "<m><OCD id='c'><Option value='well'/></OCD></m>";

        assertThatIllegalArgumentException().isThrownBy(() -> read(metatype)).withMessage("an option of no value");
    }

    @Test
    void showsItselfAsJsonSchema() {
        var schema = new String(type.schema().canonical(), UTF_8);

        assertThat(schema)
                .contains(
                        "\"$schema\":\"https://json-schema.org/draft/2020-12/schema\"",
                        "\"additionalProperties\":false",
                        "\"required\":[\"mood\"]",
                        "\"connect_timeout_ms\":{\"default\":1000,\"description\":\"\",\"maximum\":60000,\"minimum\":1",
                        "\"enum\":[\"well\",\"fine\",\"sick\",\"absent\"]",
                        "\"default\":[\"a.example\",\"b.example\"]",
                        "\"pattern\":\"^file:/\"");
    }

    @Test
    void takesWhatFits() {
        var values = Json.object()
                .put("instance", "main")
                .put("mood", "well")
                .put("hosts", Json.texts(List.of("r.example", "s.example")))
                .put("connect_timeout_ms", 5)
                .put("careful", true)
                .put("password", "file:/run/secrets/registry")
                .put("ratio", "1.5")
                .build();

        assertThat(type.problems("", values)).isEmpty();
        var typed = type.typed(values);
        assertThat(typed.get("connect_timeout_ms")).isEqualTo(5);
        assertThat(typed.get("hosts")).isEqualTo(new String[] {"r.example", "s.example"});
        assertThat(typed.get("careful")).isEqualTo(true);
        assertThat(typed.get("ratio")).isEqualTo(1.5);
        assertThat(type.shown(typed)).isEqualTo(values);
    }

    @Test
    void saysAllThatIsWrongButNeverAValue() {
        var problems = type.problems(
                "/values",
                Json.object()
                        .put("instance", "$[env:PATH]")
                        .put("hosts", "r.example")
                        .put("connect_timeout_ms", 60_001)
                        .put("careful", "yes")
                        .put("password", "hunter2")
                        .put("ratio", "half")
                        .put("pass/word", "hunter2")
                        .build());

        assertThat(problems)
                .extracting(Violation::pointer)
                .containsExactlyInAnyOrder(
                        "/values/instance",
                        "/values/hosts",
                        "/values/connect_timeout_ms",
                        "/values/careful",
                        "/values/password",
                        "/values/ratio",
                        "/values/pass~1word",
                        "/values/mood");
        assertThat(problems).extracting(Violation::detail).noneMatch(detail -> detail.contains("hunter2"));
        var wrongMood = Json.object().put("mood", "merry").build();
        assertThat(type.problems("", wrongMood).get(0).detail())
                .isEqualTo("It must be one of well, fine, sick, absent.");
    }

    @Test
    void nothingIsPutIntoTheNameOfASecretsFileEither() {
        var problems = type.problems(
                "",
                Json.object()
                        .put("mood", "well")
                        .put("password", "file:/$[env:ANIMUS_KEY]")
                        .build());

        assertThat(problems).extracting(Violation::pointer).containsExactly("/password");
    }

    @Test
    void aSecretInAFileIsNotShownNorWhatIsNotDescribed() {
        var values = new Hashtable<String, Object>();
        values.put("mood", "well");
        values.put("password", "hunter2");
        values.put("undescribed", "hunter2");
        values.put("connect_timeout_ms", "20");

        assertThat(type.shown(values))
                .isEqualTo(Json.object()
                        .put("mood", "well")
                        .put("connect_timeout_ms", 20)
                        .build());
    }

    @Test
    void aFactoryCoversItsNamesAlone() {
        assertThat(type.covers("io.animus.plugin.configured~main")).isTrue();
        assertThat(type.covers("io.animus.plugin.configured")).isFalse();
        assertThat(type.covers("io.animus.plugin.configured~*)(a=b")).isFalse();
        assertThat(type.covers("io.animus.plugin.other~main")).isFalse();
    }
}
