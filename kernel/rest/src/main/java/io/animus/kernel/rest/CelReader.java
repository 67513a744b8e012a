package io.animus.kernel.rest;

import io.animus.kernel.domain.ListField;
import io.animus.kernel.domain.ListFilter;
import io.animus.kernel.domain.ListFilter.Relation;
import io.animus.kernel.domain.ListValue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.projectnessie.cel.parser.gen.CELParser.CalcContext;
import org.projectnessie.cel.parser.gen.CELParser.ConditionalAndContext;
import org.projectnessie.cel.parser.gen.CELParser.ConditionalOrContext;
import org.projectnessie.cel.parser.gen.CELParser.ConstantLiteralContext;
import org.projectnessie.cel.parser.gen.CELParser.CreateListContext;
import org.projectnessie.cel.parser.gen.CELParser.ExprContext;
import org.projectnessie.cel.parser.gen.CELParser.ExprListContext;
import org.projectnessie.cel.parser.gen.CELParser.IdentOrGlobalCallContext;
import org.projectnessie.cel.parser.gen.CELParser.IntContext;
import org.projectnessie.cel.parser.gen.CELParser.LogicalNotContext;
import org.projectnessie.cel.parser.gen.CELParser.MemberContext;
import org.projectnessie.cel.parser.gen.CELParser.MemberExprContext;
import org.projectnessie.cel.parser.gen.CELParser.NestedContext;
import org.projectnessie.cel.parser.gen.CELParser.NullContext;
import org.projectnessie.cel.parser.gen.CELParser.PrimaryContext;
import org.projectnessie.cel.parser.gen.CELParser.PrimaryExprContext;
import org.projectnessie.cel.parser.gen.CELParser.RelationContext;
import org.projectnessie.cel.parser.gen.CELParser.SelectOrCallContext;
import org.projectnessie.cel.parser.gen.CELParser.StringContext;
import org.projectnessie.cel.parser.gen.CELParser.UnaryContext;
import org.projectnessie.cel.shaded.org.antlr.v4.runtime.ParserRuleContext;
import org.projectnessie.cel.shaded.org.antlr.v4.runtime.Token;

/** Makes a filter of an expression, as far as it says what a list can be searched by. For one expression. */
final class CelReader {
    static final int MOST_TERMS = 50;
    static final int MOST_VALUES = 200;

    private static final String TERM =
            "A filter joins comparisons of a field with a value, such as name == \"a\", with &&, || and !.";
    private static final String OPERAND =
            "Only a field, a string, an integer, null, timestamp(\"…\") or a list of such values can be compared.";
    private static final int LONGEST_PATH = 8;

    private final List<ListField> fields;
    private int terms;
    private int values;

    CelReader(List<ListField> fields) {
        this.fields = fields;
    }

    /** One side of a comparison. */
    private sealed interface Operand {
        record OfField(ListField field) implements Operand {}

        record One(ListValue value) implements Operand {}

        record Many(List<ListValue> values) implements Operand {}

        record Null() implements Operand {}
    }

    ListFilter read(ExprContext expression) {
        return or(expression.e);
    }

    private ListFilter or(ConditionalOrContext or) {
        return joined(or.e, or.e1, this::and, ListFilter.Any::new);
    }

    private ListFilter and(ConditionalAndContext and) {
        return joined(and.e, and.e1, this::relation, ListFilter.All::new);
    }

    private static <C> ListFilter joined(
            C first, List<C> others, Function<C, ListFilter> read, Function<List<ListFilter>, ListFilter> join) {
        if (others.isEmpty()) {
            return read.apply(first);
        }
        var all = new ArrayList<ListFilter>();
        all.add(read.apply(first));
        others.forEach(other -> all.add(read.apply(other)));
        return join.apply(all);
    }

    private ListFilter relation(RelationContext relation) {
        if (relation.op == null) {
            return term(unary(relation, TERM));
        }
        count(relation);
        var left = operand(unary(relation.relation(0), "Comparisons can't be chained: join them with &&."));
        var right = operand(unary(relation.relation(1), OPERAND));
        return within(relation, () -> compared(relation.op, left, right));
    }

    private static ListFilter compared(Token operator, Operand left, Operand right) {
        if (operator.getText().equals("in")) {
            if (left instanceof Operand.OfField of && right instanceof Operand.Many many) {
                return new ListFilter.OneOf(of.field(), many.values());
            }
            if (left instanceof Operand.One one
                    && one.value() instanceof ListValue.Text text
                    && right instanceof Operand.OfField of) {
                return new ListFilter.Holds(of.field(), text);
            }
            throw new IllegalArgumentException("Write field in [\"…\", \"…\"], or \"…\" in field.");
        }
        if (left instanceof Operand.OfField of) {
            return compared(of.field(), of(operator), right);
        }
        if (right instanceof Operand.OfField of) {
            return compared(of.field(), turned(of(operator)), left);
        }
        throw new IllegalArgumentException("One side must be a field.");
    }

    private static ListFilter compared(ListField field, Relation relation, Operand other) {
        if (other instanceof Operand.One one) {
            return new ListFilter.Compared(field, relation, one.value());
        }
        if (other instanceof Operand.Null && relation == Relation.EQUAL) {
            return new ListFilter.Absent(field);
        }
        if (other instanceof Operand.Null && relation == Relation.UNEQUAL) {
            return new ListFilter.Not(new ListFilter.Absent(field));
        }
        throw new IllegalArgumentException(
                other instanceof Operand.Null
                        ? "null is compared with == or !=."
                        : "A field is compared with one value; for several write field in [\"…\", \"…\"].");
    }

    private static Relation of(Token operator) {
        return switch (operator.getText()) {
            case "==" -> Relation.EQUAL;
            case "!=" -> Relation.UNEQUAL;
            case "<" -> Relation.LESS;
            case "<=" -> Relation.LESS_OR_EQUAL;
            case ">" -> Relation.GREATER;
            case ">=" -> Relation.GREATER_OR_EQUAL;
            default -> throw new IllegalArgumentException(TERM);
        };
    }

    /** The relation that holds between two values the other way round. */
    private static Relation turned(Relation relation) {
        return switch (relation) {
            case EQUAL, UNEQUAL -> relation;
            case LESS -> Relation.GREATER;
            case LESS_OR_EQUAL -> Relation.GREATER_OR_EQUAL;
            case GREATER -> Relation.LESS;
            case GREATER_OR_EQUAL -> Relation.LESS_OR_EQUAL;
        };
    }

    private ListFilter term(UnaryContext unary) {
        if (unary instanceof LogicalNotContext not) {
            var filter = term(not.member());
            return not.ops.size() % 2 == 0 ? filter : new ListFilter.Not(filter);
        }
        if (unary instanceof MemberExprContext member) {
            return term(member.member());
        }
        throw refused(unary, TERM);
    }

    private ListFilter term(MemberContext member) {
        if (member instanceof PrimaryExprContext primary && primary.primary() instanceof NestedContext nested) {
            return read(nested.e);
        }
        if (member instanceof SelectOrCallContext call && call.open != null) {
            count(call);
            if (!call.id.getText().equals("startsWith")) {
                throw RefusedFilterException.at(call.id, "The functions are timestamp and startsWith.");
            }
            var field = field(call.member());
            var prefix = text(call, call.args);
            return within(call, () -> new ListFilter.StartsWith(field, new ListValue.Text(prefix)));
        }
        throw refused(member, TERM);
    }

    private Operand operand(UnaryContext unary) {
        if (!(unary instanceof MemberExprContext expression)) {
            throw refused(unary, OPERAND);
        }
        var member = expression.member();
        if (member instanceof PrimaryExprContext primary) {
            var form = primary.primary();
            if (form instanceof CreateListContext list) {
                return new Operand.Many(many(list));
            }
            if (!(form instanceof IdentOrGlobalCallContext name) || name.op != null) {
                return value(form);
            }
        }
        return new Operand.OfField(field(member));
    }

    private Operand value(PrimaryContext form) {
        values++;
        if (values > MOST_VALUES) {
            throw refused(form, "A filter has at most " + MOST_VALUES + " values.");
        }
        if (form instanceof IdentOrGlobalCallContext call && call.op != null) {
            if (!call.id.getText().equals("timestamp")) {
                throw RefusedFilterException.at(call.id, "The functions are timestamp and startsWith.");
            }
            var text = text(call, call.args);
            return within(call, () -> new Operand.One(new ListValue.Moment(moment(text))));
        }
        if (form instanceof ConstantLiteralContext constant) {
            var literal = constant.literal();
            if (literal instanceof StringContext text) {
                return within(text, () -> new Operand.One(new ListValue.Text(CelText.of(text.tok.getText()))));
            }
            if (literal instanceof IntContext number) {
                return within(number, () -> new Operand.One(new ListValue.Number(number(number.getText()))));
            }
            if (literal instanceof NullContext) {
                return new Operand.Null();
            }
        }
        throw refused(form, OPERAND);
    }

    private List<ListValue> many(CreateListContext list) {
        var many = new ArrayList<ListValue>();
        if (list.elems != null) {
            for (var element : list.elems.e) {
                if (!(operand(unary(element)) instanceof Operand.One one)) {
                    throw refused(element, "A list holds strings, integers or timestamps.");
                }
                many.add(one.value());
            }
        }
        return many;
    }

    private ListField field(MemberContext member) {
        var path = new ArrayList<String>();
        var at = member;
        while (at instanceof SelectOrCallContext select && select.open == null && path.size() < LONGEST_PATH) {
            path.add(0, select.id.getText());
            at = select.member();
        }
        if (at instanceof PrimaryExprContext primary
                && primary.primary() instanceof IdentOrGlobalCallContext name
                && name.op == null
                && name.leadingDot == null) {
            path.add(0, name.id.getText());
            var wanted = String.join(".", path);
            return fields.stream()
                    .filter(field -> field.name().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> refused(
                            member,
                            "There is no such field. The fields are %s."
                                    .formatted(String.join(
                                            ", ",
                                            fields.stream().map(ListField::name).toList()))));
        }
        throw refused(member, OPERAND);
    }

    private String text(ParserRuleContext call, @Nullable ExprListContext arguments) {
        if (arguments != null
                && arguments.e.size() == 1
                && operand(unary(arguments.e.get(0))) instanceof Operand.One one
                && one.value() instanceof ListValue.Text text) {
            return text.text();
        }
        throw refused(call, "Functions take one string.");
    }

    /** What stands alone, joined and compared with nothing. */
    private static UnaryContext unary(ExprContext expression) {
        var or = expression.e;
        if (!or.e1.isEmpty() || !or.e.e1.isEmpty()) {
            throw refused(expression, OPERAND);
        }
        return unary(or.e.e, OPERAND);
    }

    private static UnaryContext unary(RelationContext relation, String rule) {
        CalcContext calc = relation.calc();
        if (relation.op != null || calc == null) {
            throw refused(relation, rule);
        }
        if (calc.op != null) {
            throw refused(calc, "A filter doesn't calculate.");
        }
        return calc.unary();
    }

    private void count(ParserRuleContext term) {
        terms++;
        if (terms > MOST_TERMS) {
            throw refused(term, "A filter has at most " + MOST_TERMS + " comparisons.");
        }
    }

    private static Instant moment(String text) {
        try {
            return Query.time(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("It must be a time such as 2026-01-12T10:00:00Z.", e);
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Integers are decimal and have 64 bits.", e);
        }
    }

    private static <T> T within(ParserRuleContext part, Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw refused(part, String.valueOf(e.getMessage()));
        }
    }

    private static RefusedFilterException refused(ParserRuleContext part, String detail) {
        return RefusedFilterException.at(part.getStart(), detail);
    }
}
