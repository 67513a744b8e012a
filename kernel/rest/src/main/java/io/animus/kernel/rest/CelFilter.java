package io.animus.kernel.rest;

import io.animus.kernel.domain.ListField;
import io.animus.kernel.domain.ListFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.projectnessie.cel.parser.gen.CELLexer;
import org.projectnessie.cel.parser.gen.CELParser;
import org.projectnessie.cel.shaded.org.antlr.v4.runtime.BaseErrorListener;
import org.projectnessie.cel.shaded.org.antlr.v4.runtime.CharStreams;
import org.projectnessie.cel.shaded.org.antlr.v4.runtime.CommonTokenStream;
import org.projectnessie.cel.shaded.org.antlr.v4.runtime.RecognitionException;
import org.projectnessie.cel.shaded.org.antlr.v4.runtime.Recognizer;
import org.projectnessie.cel.shaded.org.antlr.v4.runtime.Token;

/**
 * Reads a filter, which is an expression of the Common Expression Language (cel-spec) that a list can be searched by. What it
 * costs to read one is bounded: it is short, and its brackets, which the parser recurses into, are counted before.
 */
final class CelFilter {
    static final int LONGEST = 2_048;
    static final int DEEPEST = 16;

    private static final BaseErrorListener REFUSING = new BaseErrorListener() {
        @Override
        public void syntaxError(
                Recognizer<?, ?> recognizer,
                @Nullable Object symbol,
                int line,
                int column,
                String message,
                @Nullable RecognitionException cause) {
            // What ANTLR says repeats the text and its own names of tokens.
            throw symbol instanceof Token token
                    ? RefusedFilterException.at(token, "CEL can't be read on from here.")
                    : new RefusedFilterException(
                            "Line %d, character %d: CEL has no such characters.".formatted(line, column + 1));
        }
    };

    private CelFilter() {}

    /**
     * What {@code text} asks for.
     *
     * @param fields of the list
     * @throws RefusedFilterException with where and why not
     */
    static ListFilter read(String text, List<ListField> fields) {
        if (text.isBlank() || text.length() > LONGEST) {
            throw new RefusedFilterException("A filter has 1 to " + LONGEST + " characters.");
        }
        var lexer = new CELLexer(CharStreams.fromString(text));
        lexer.removeErrorListeners();
        lexer.addErrorListener(REFUSING);
        var tokens = new CommonTokenStream(lexer);
        tokens.fill();
        requireShallow(tokens.getTokens());
        var parser = new CELParser(tokens);
        parser.removeErrorListeners();
        parser.addErrorListener(REFUSING);
        return new CelReader(fields).read(parser.start().e);
    }

    private static void requireShallow(List<Token> tokens) {
        var depth = 0;
        for (var token : tokens) {
            switch (token.getType()) {
                case CELLexer.LPAREN, CELLexer.LBRACKET, CELLexer.LBRACE -> depth++;
                case CELLexer.RPAREN, CELLexer.RPRACKET, CELLexer.RBRACE -> depth--;
                case CELLexer.QUESTIONMARK -> throw RefusedFilterException.at(token, "A filter has no conditionals.");
                default -> {}
            }
            if (depth > DEEPEST) {
                throw RefusedFilterException.at(token, "Brackets are at most " + DEEPEST + " deep.");
            }
        }
    }
}
