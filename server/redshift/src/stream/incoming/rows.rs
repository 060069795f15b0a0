//! Results: their description and their rows.

use bytes::{BufMut, BytesMut};

use super::super::frame::{self, Body, Frame};
use super::super::report::{Report, RowShape};
use super::super::{WireFault, limits};
use super::{Incoming, TEXT_OID};
use crate::clean::clean;

impl Incoming {
    /// Records the true types and hands every column on as text.
    pub(super) fn row_description(&mut self, frame: &Frame, report: &Report) -> Result<(), WireFault> {
        let mut body = Body(&frame.body);
        let count = body.u16()?;
        if count > limits::COLUMNS {
            return Err(WireFault::TooManyColumns { count });
        }
        let mut shape = Vec::with_capacity(usize::from(count));
        let mut described = BytesMut::new();
        described.put_u16(count);
        for _ in 0..count {
            let name = clean(body.text()?, limits::COLUMN_NAME);
            let table_and_column = body.bytes(6)?;
            let oid = body.i32()?.cast_unsigned();
            let size = body.bytes(2)?;
            let type_modifier = body.i32()?;
            let _format = body.u16()?;
            described.put_slice(name.replace('\0', "\u{fffd}").as_bytes());
            described.put_u8(0);
            described.put_slice(table_and_column);
            described.put_u32(TEXT_OID);
            described.put_slice(size);
            described.put_i32(type_modifier);
            described.put_u16(0);
            shape.push(RowShape { name, oid, type_modifier });
        }
        if !body.is_empty() {
            return Err(WireFault::Malformed);
        }
        if let Some(sink) = report.sink().as_mut() {
            sink.begin(&shape)?;
        }
        report.set_shape(shape);
        self.columns = Some(usize::from(count));
        frame::put(&mut self.clean, b'T', &described);
        Ok(())
    }

    /// Parameters too are text to the driver.
    pub(super) fn parameter_description(&mut self, frame: &Frame) -> Result<(), WireFault> {
        let mut body = Body(&frame.body);
        let count = body.u16()?;
        body.bytes(usize::from(count) * 4)?;
        let mut described = BytesMut::new();
        described.put_u16(count);
        for _ in 0..count {
            described.put_u32(TEXT_OID);
        }
        frame::put(&mut self.clean, b't', &described);
        Ok(())
    }

    /// As many fields as there are columns, each of a length that fits: the driver reads a negative length as NULL,
    /// which would be wrong data.
    pub(super) fn data_row(&mut self, frame: &Frame, report: &Report) -> Result<(), WireFault> {
        let columns = self.columns.ok_or(WireFault::Unexpected)?;
        let mut body = Body(&frame.body);
        if usize::from(body.u16()?) != columns {
            return Err(WireFault::Malformed);
        }
        let mut sink = report.sink();
        for column in 0..columns {
            let value = match body.i32()? {
                -1 => None,
                length => Some(body.bytes(usize::try_from(length).map_err(|_| WireFault::Malformed)?)?),
            };
            if let Some(sink) = sink.as_mut() {
                sink.field(column, value)?;
            }
        }
        if !body.is_empty() {
            return Err(WireFault::Malformed);
        }
        match sink.as_mut() {
            Some(sink) => return sink.end_row(),
            None => drop(sink),
        }
        self.pass(frame);
        Ok(())
    }
}
