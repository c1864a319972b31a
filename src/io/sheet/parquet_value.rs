//! The values of a Parquet column as the texts that a CSV cell would hold, by the column's physical and logical type
//! (the Parquet format's LogicalTypes document). Integers and decimals never pass through a float.

use jiff::SignedDuration;
use jiff::civil::{DateTime, date};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::schema::types::ColumnDescriptor;

use super::value;

/// Instants are shown as the clocks in all of China show them; there has been no summer time since 1991.
const CHINA: SignedDuration = SignedDuration::from_hours(8);
/// The Julian day number of 1970-01-01, from which INT96 counts its days.
const JULIAN_EPOCH: i64 = 2_440_588;
/// Most decimal places; more digits than these no type has.
const SCALE_MAX: i32 = 76;

/// What a column's values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Unsigned,
    Day,
    /// So many of a unit since midnight; units a second.
    Time(i64),
    /// So many of a unit since 1970; units a second, and whether that was in Greenwich.
    Moment(i64, bool),
    /// An unscaled number, and how many of its digits stand after the point.
    Decimal(usize),
    Uuid,
}

impl Kind {
    /// The kind of a column; none if its type has no place in a table of texts.
    pub(super) fn of(column: &ColumnDescriptor) -> Option<Self> {
        let kind = match column.logical_type_ref() {
            Some(logical) => Kind::of_logical(logical)?,
            None => Kind::of_converted(column)?,
        };
        let fits = match kind {
            Kind::Uuid => column.type_length() == 16,
            Kind::Plain => column.physical_type() != Physical::FIXED_LEN_BYTE_ARRAY,
            _ => true,
        };
        fits.then_some(kind)
    }

    fn of_logical(logical: &LogicalType) -> Option<Self> {
        Some(match logical {
            LogicalType::String | LogicalType::Enum | LogicalType::Json | LogicalType::Unknown => {
                Kind::Plain
            }
            LogicalType::Decimal(decimal) => Kind::decimal(decimal.scale)?,
            LogicalType::Date => Kind::Day,
            LogicalType::Time(time) => Kind::Time(per_second(time.unit)),
            LogicalType::Timestamp(moment) => {
                Kind::Moment(per_second(moment.unit), moment.is_adjusted_to_u_t_c)
            }
            LogicalType::Integer(integer) if integer.is_signed => Kind::Plain,
            LogicalType::Integer(_) => Kind::Unsigned,
            LogicalType::Uuid => Kind::Uuid,
            _ => return None,
        })
    }

    /// As files before 2017 say it.
    fn of_converted(column: &ColumnDescriptor) -> Option<Self> {
        Some(match column.converted_type() {
            ConvertedType::DECIMAL => Kind::decimal(column.type_scale())?,
            ConvertedType::DATE => Kind::Day,
            ConvertedType::TIME_MILLIS => Kind::Time(1_000),
            ConvertedType::TIME_MICROS => Kind::Time(1_000_000),
            ConvertedType::TIMESTAMP_MILLIS => Kind::Moment(1_000, true),
            ConvertedType::TIMESTAMP_MICROS => Kind::Moment(1_000_000, true),
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64 => Kind::Unsigned,
            ConvertedType::BSON | ConvertedType::INTERVAL => return None,
            _ => Kind::Plain,
        })
    }

    fn decimal(scale: i32) -> Option<Self> {
        (0..=SCALE_MAX).contains(&scale).then(|| Kind::Decimal(scale.unsigned_abs() as usize))
    }

    /// Whether values are instants, shown in China's time.
    pub(super) fn is_instant(self) -> bool {
        matches!(self, Kind::Moment(_, true))
    }

    /// The text of an integer; none if it lies outside its kind.
    pub(super) fn integer(self, n: i64, bits: u32) -> Option<String> {
        Some(match self {
            Kind::Unsigned if bits == 32 => (n & 0xffff_ffff).to_string(),
            Kind::Unsigned => n.cast_unsigned().to_string(),
            Kind::Day => moment(n, 0, false)?,
            Kind::Time(unit) => clock(n, unit)?,
            Kind::Moment(unit, instant) => {
                let nanos = n.rem_euclid(unit) * (1_000_000_000 / unit);
                moment_of(n.div_euclid(unit), i32::try_from(nanos).ok()?, instant)?
            }
            Kind::Decimal(scale) => decimal(i128::from(n), scale),
            Kind::Plain | Kind::Uuid => n.to_string(),
        })
    }

    /// The text of bytes; none if they are not what the kind says.
    pub(super) fn bytes(self, bytes: &[u8]) -> Option<String> {
        match self {
            Kind::Decimal(scale) => {
                let sign = if *bytes.first()? & 0x80 != 0 { 0xff } else { 0 };
                let mut wide = [sign; 16];
                let from = 16usize.checked_sub(bytes.len())?;
                wide[from..].copy_from_slice(bytes);
                Some(decimal(i128::from_be_bytes(wide), scale))
            }
            Kind::Uuid => {
                let hex = hex::encode(bytes);
                let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part));
                let parts: Option<Vec<&str>> = parts.into_iter().collect();
                parts.map(|parts| parts.join("-"))
            }
            _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
        }
    }
}

/// A truth value, written as workbooks do.
pub(super) fn boolean(yes: bool) -> String {
    value::boolean(yes)
}

/// A float as workbooks show it. Programs without empty cells write NaN for nothing.
pub(super) fn double(x: f64) -> String {
    if x.is_nan() { String::new() } else { value::float(x) }
}

/// A short float, by the shortest decimal that is it: 0.1 and not 0.100000001490116.
pub(super) fn single(x: f32) -> String {
    double(x.to_string().parse().unwrap_or(f64::from(x)))
}

/// An instant as Impala and old Spark write it: nanoseconds of a day in two words, and the Julian day.
pub(super) fn int96(words: &[u32]) -> Option<String> {
    let [low, high, day] = words else { return None };
    let nanos = i64::try_from(u64::from(*high) << 32 | u64::from(*low)).ok()?;
    let seconds = (i64::from(*day) - JULIAN_EPOCH).checked_mul(86_400)? + nanos / 1_000_000_000;
    moment_of(seconds, i32::try_from(nanos % 1_000_000_000).ok()?, true)
}

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    }
}

fn moment(days: i64, nanos: i32, instant: bool) -> Option<String> {
    moment_of(days.checked_mul(86_400)?, nanos, instant)
}

/// `YYYY-MM-DD`, with a time only where there is one.
fn moment_of(seconds: i64, nanos: i32, instant: bool) -> Option<String> {
    let epoch: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);
    let since = SignedDuration::new(seconds, nanos);
    let moment = epoch.checked_add(if instant { since.checked_add(CHINA)? } else { since }).ok()?;
    let (day, time) = (moment.date(), moment.time());
    Some(if time == jiff::civil::Time::midnight() {
        day.to_string()
    } else {
        format!("{day} {time}")
    })
}

fn clock(n: i64, unit: i64) -> Option<String> {
    let nanos = i64::checked_mul(n, 1_000_000_000 / unit)?;
    let time = jiff::civil::Time::midnight();
    time.checked_add(SignedDuration::from_nanos(nanos)).ok().map(|time| time.to_string())
}

/// An unscaled integer with its point: 350 of scale 2 is 3.50.
fn decimal(unscaled: i128, scale: usize) -> String {
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if unscaled < 0 { "-" } else { "" };
    let point = if scale > 0 { "." } else { "" };
    format!("{sign}{whole}{point}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_every_digit() {
        for (kind, n, text) in [
            (Kind::Plain, i64::MIN, Some("-9223372036854775808")),
            (Kind::Unsigned, -1, Some("18446744073709551615")),
            (Kind::Decimal(0), 330_106_000_000_001, Some("330106000000001")),
            (Kind::Decimal(2), 350, Some("3.50")),
            (Kind::Decimal(2), -5, Some("-0.05")),
            (Kind::Day, 20_668, Some("2026-08-03")),
            (Kind::Day, -1, Some("1969-12-31")),
            (Kind::Day, i64::MAX, None),
            (Kind::Day, 4_000_000, None),
            (Kind::Time(1_000), 34_215_000, Some("09:30:15")),
            (Kind::Moment(1_000, false), -1, Some("1969-12-31 23:59:59.999")),
            (Kind::Moment(1_000_000, true), 57_600_000_000, Some("1970-01-02")),
            (Kind::Moment(1_000_000_000, false), i64::MIN, Some("1677-09-21 00:12:43.145224192")),
        ] {
            assert_eq!(kind.integer(n, 64).as_deref(), text, "{kind:?} {n}");
        }
        assert_eq!(Kind::Unsigned.integer(-1, 32).as_deref(), Some("4294967295"));
        assert_eq!(Kind::Decimal(1).bytes(&[0xff, 0x85]).as_deref(), Some("-12.3"));
        assert_eq!(Kind::Decimal(0).bytes(&[0; 17]), None);
        assert_eq!(Kind::Plain.bytes(b"\xff"), None);
        let uuid = Kind::Uuid.bytes(&[0xab; 16]);
        assert_eq!(uuid.as_deref(), Some("abababab-abab-abab-abab-abababababab"));
        assert_eq!([single(0.1), double(f64::NAN), single(3.0)], ["0.1", "", "3"]);
    }
}
