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
        <source>Given in for another ticket</source>
        <translation>已改签换出</translation>
    </message>
    <message>
        <source>Ticket given in</source>
        <translation>原票抵付</translation>
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
    <message>
        <source>The ticket is refunded.</source>
        <translation>该票已退。</translation>
    </message>
    <message>
        <source>Nothing was paid for it.</source>
        <translation>该票未收票款。</translation>
    </message>
    <message>
        <source>Not settled yet</source>
        <translation>打印尚未确认</translation>
    </message>
    <message>
        <source>All pieces have a tag.</source>
        <translation>行李件数已达上限。</translation>
    </message>
    <message>
        <source>Printed: a copy, with reason</source>
        <translation>已打印，须注明原因补打</translation>
    </message>
    <message>
        <source>Take the spoiled slip back first: one paper of it may be out. A lost one is not printed again.</source>
        <translation>请先收回作废的凭证：同一凭证只能有一张在外。遗失不补。</translation>
    </message>
    <message>
        <source>A numbered copy marked DUPLICATE is printed; the journal keeps your name and the reason.</source>
        <translation>打印编号副本并注明“补打”；日志记录您的姓名和原因。</translation>
    </message>
    <message>
        <source>Printed: a supervisor copies</source>
        <translation>已打印，由值班员补打</translation>
    </message>
    <message>
        <source>How many pieces get a tag? At most {most} more.</source>
        <translation>为几件行李打印标签？最多还可打印 {most} 件。</translation>
    </message>
    <message>
        <source>Original, once</source>
        <translation>原件，仅打印一次</translation>
    </message>
    <message>
        <source>Asks how many pieces</source>
        <translation>将询问件数</translation>
    </message>
    <message>
        <source>It cannot be printed now.</source>
        <translation>现在不能打印。</translation>
    </message>
    <message>
        <source>Papers</source>
        <translation>单据</translation>
    </message>
    <message>
        <source>Papers of {number}</source>
        <translation>{number} 的单据</translation>
    </message>
    <message>
        <source>Choose with the arrow keys; Enter prints.</source>
        <translation>用方向键选择，回车打印。</translation>
    </message>
    <message>
        <source>{paper} is printing</source>
        <translation>{paper}正在打印</translation>
    </message>
    <message>
        <source>What to know</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Pieces of luggage</source>
        <translation>行李件数</translation>
    </message>
    <message>
        <source>Reimbursement slip still out</source>
        <translation>报销凭证尚未收回</translation>
    </message>
    <message>
        <source>A reimbursement slip was printed for this ticket.</source>
        <translation>此票已打印报销凭证。</translation>
    </message>
    <message>
        <source>Take the slip back, then confirm it. Without it the ticket cannot be refunded.</source>
        <translation>请收回凭证并确认。未收回凭证不能退票。</translation>
    </message>
    <message>
        <source>Reimbursement slip {issue} was printed for this ticket.</source>
        <translation>此票已打印报销凭证 {issue}。</translation>
    </message>
    <message>
        <source>Slip already issued</source>
        <translation>报销凭证已开具</translation>
    </message>
    <message>
        <source>A ticket gets one reimbursement slip.</source>
        <translation>每张车票只开具一张报销凭证。</translation>
    </message>
    <message>
        <source>If it is spoiled, a supervisor prints a numbered copy.</source>
        <translation>如已作废，由值班员补打编号副本。</translation>
    </message>
    <message>
        <source>This ticket has reimbursement slip {issue}.</source>
        <translation>此票已开具报销凭证 {issue}。</translation>
    </message>
    <message>
        <source>Nothing was paid</source>
        <translation>未收票款</translation>
    </message>
    <message>
        <source>This ticket has no price.</source>
        <translation>该票票价为零。</translation>
    </message>
    <message>
        <source>It needs no reimbursement slip.</source>
        <translation>无需报销凭证。</translation>
    </message>
    <message>
        <source>Do you have the reimbursement slip in hand?</source>
        <translation>报销凭证是否已收回？</translation>
    </message>
    <message>
        <source>Slip {number} was printed for this ticket, papers of it that are out: {count}. Take it back and void it; the journal records that you did. Without it the ticket cannot be refunded.</source>
        <translation>此票已打印报销凭证 {number}，在外 {count} 张。请收回并作废，日志将记录此事。未收回凭证不能退票。</translation>
    </message>
    <message>
        <source>Taken back: refund</source>
        <translation>已收回，退票</translation>
    </message>
    <message>
        <source>Not in hand</source>
        <translation>未收回</translation>
    </message>
    <message>
        <source>Reimbursement slip {number} has to come back.</source>
        <translation>须收回报销凭证 {number}。</translation>
    </message>
    <message>
        <source>Count notes</source>
        <translation>清点面额</translation>
    </message>
    <message>
        <source>Difference paid</source>
        <translation>补收差额</translation>
    </message>
    <message>
        <source>Difference given back</source>
        <translation>退还差额</translation>
    </message>
    <message>
        <source>No difference</source>
        <translation>无差额</translation>
    </message>
    <message>
        <source>Old ticket</source>
        <translation>原票</translation>
    </message>
    <message>
        <source>New ticket</source>
        <translation>新票</translation>
    </message>
    <message>
        <source>Fare of the new ticket</source>
        <translation>新票票价</translation>
    </message>
    <message>
        <source>Fare of the old ticket</source>
        <translation>原票票价</translation>
    </message>
    <message>
        <source>Exchange fee</source>
        <translation>改签费</translation>
    </message>
    <message>
        <source>Cash that changed hands</source>
        <translation>实收付现金</translation>
    </message>
    <message>
        <source>paid out in cash instead</source>
        <translation>改付现金</translation>
    </message>
    <message>
        <source>being paid back</source>
        <translation>退款中</translation>
    </message>
</context>
</TS>
