package io.animus.kernel.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the types of columns let in, and what not. */
class DomainsTest {
    private static TestDatabase postgres;

    @BeforeAll
    static void start(@TempDir Path folder) {
        postgres = new TestDatabase(folder);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    // In a value, %s stands for so many x.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            true  | id        | aud_7zzzzzzzzzzzzzzzzzzzzzzzzz       | 0
            true  | id        | a_b_01jd8m3v6qfz0s8t3p1k500000       | 0
            true  | id        | %s_01jd8m3v6qfz0s8t3p1k500000        | 62
            false | id        | %s_01jd8m3v6qfz0s8t3p1k500000        | 63
            false | id        | aud_8zzzzzzzzzzzzzzzzzzzzzzzzz       | 0
            false | id        | aud_7zzzzzzzzzzzzzzzzzzzzzzzz        | 0
            false | id        | aud_7zzzzzzzzzzzzzzzzzzzzzzzzzz      | 0
            false | id        | aud_7zzzzzzzzzzzzzzzzzzzzzzzzi       | 0
            false | id        | Aud_7zzzzzzzzzzzzzzzzzzzzzzzzz       | 0
            false | id        | _7zzzzzzzzzzzzzzzzzzzzzzzzz          | 0
            false | id        | aud                                  | 0
            true  | digest    | sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef | 0
            false | digest    | sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde  | 0
            false | digest    | sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeF | 0
            true  | principal | user:ä:%s                            | 253
            false | principal | user:ä:%s                            | 254
            true  | principal | system:h                             | 0
            false | principal | system:                              | 0
            false | principal | users:h                              | 0
            false | principal | xuser:h                              | 0
            """)
    void letInWhatHasTheirForm(boolean isIn, String domain, String template, int length) throws SQLException {
        assertThat(isIn(domain, template.replace("%s", "x".repeat(length)))).isEqualTo(isIn);
    }

    private static boolean isIn(String domain, String value) throws SQLException {
        try (var owner = postgres.asOwner();
                var cast = owner.prepareStatement("select ?::" + domain)) {
            cast.setString(1, value);
            cast.execute();
            return true;
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("23514");
            return false;
        }
    }
}
