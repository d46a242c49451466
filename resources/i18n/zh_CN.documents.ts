<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>documents</name>
    <message>
        <source>Signed, paid in by</source>
        <translation>存入人签字</translation>
    </message>
    <message>
        <source>Signed, received by</source>
        <translation>收款人签字</translation>
    </message>
    <message>
        <source>Signed, handed over by</source>
        <translation>缴款人签字</translation>
    </message>
    <message>
        <source>Journal entry</source>
        <translation>日志序号</translation>
    </message>
    <message>
        <source>Reimbursement slip taken back</source>
        <translation>已收回报销凭证</translation>
    </message>
    <message>
        <source>Paid out in cash</source>
        <translation>实付现金</translation>
    </message>
    <message>
        <source>Coach {coach}, place {place}</source>
        <translation>{coach}车{place}</translation>
    </message>
    <message>
        <source>Paid by</source>
        <translation>支付方式</translation>
    </message>
    <message>
        <source>In capital figures</source>
        <translation>大写金额</translation>
    </message>
    <message>
        <source>For reimbursement only</source>
        <translation>仅供报销使用</translation>
    </message>
    <message>
        <source>This is no travel document.</source>
        <translation>本凭证不作乘车凭证。</translation>
    </message>
    <message>
        <source>Hand it back when the ticket is refunded or exchanged.</source>
        <translation>退票、改签时须交回本凭证。</translation>
    </message>
    <message>
        <source>Issue no.</source>
        <translation>凭证号</translation>
    </message>
    <message>
        <source>Piece</source>
        <translation>件</translation>
    </message>
    <message>
        <source>Group leader's signature</source>
        <translation>领队签字</translation>
    </message>
    <message>
        <source>Coach {coach}: {count}</source>
        <translation>{coach}车：{count}人</translation>
    </message>
    <message>
        <source>Refunded since</source>
        <translation>此后已退</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>面额</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>ID</source>
        <translation>证件</translation>
    </message>
</context>
</TS>
